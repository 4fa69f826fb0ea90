using System.Management.Automation;

namespace Litestream.PowerShell.Internal;

/// <summary>The progress of what reads or writes a known number of bytes.</summary>
internal static class TransferProgress
{
    /// <summary>Before that a rate says nothing.</summary>
    private static readonly TimeSpan s_firstRate = TimeSpan.FromSeconds(1);

    /// <summary>Tells how much is done, how fast it gets on and how long it will take.</summary>
    /// <param name="activity">Its number.</param>
    /// <param name="title">What is going on.</param>
    /// <param name="step">Which step of it; may be empty.</param>
    /// <param name="done">Bytes done.</param>
    /// <param name="total">Bytes in all; 0 if that is not known.</param>
    /// <param name="elapsed">How long it takes by now.</param>
    public static ProgressRecord ToRecord(int activity, string title, string step, long done, long total, TimeSpan elapsed)
    {
        var rate = elapsed >= s_firstRate ? done / elapsed.TotalSeconds : 0;
        var status = $"{step}{(step.Length > 0 ? ", " : "")}{_Format.Size(done)}{(total > 0 ? $" of {_Format.Size(total)}" : "")}"
            + (rate >= 1 ? $", {_Format.Size((long)rate)}/s" : "");
        var left = rate >= 1 && total > done ? (total - done) / rate : -1;
        return new(activity, title, status)
        {
            PercentComplete = total > 0 ? (int)Math.Clamp(done * 100d / total, 0, 100) : -1,
            SecondsRemaining = left is >= 0 and < int.MaxValue ? (int)Math.Ceiling(left) : -1,
        };
    }

    /// <summary>Tells that it has ended.</summary>
    /// <param name="activity">Its number.</param>
    /// <param name="title">What was going on.</param>
    public static ProgressRecord ToCompleted(int activity, string title) => new(activity, title, "Done") { RecordType = ProgressRecordType.Completed };
}
