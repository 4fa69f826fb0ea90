using System.Management.Automation;
using Litestream.PowerShell.Abstractions;

namespace Litestream.PowerShell.Internal;

/// <summary>What a user sees of work that is waited for. Made when the work begins.</summary>
/// <param name="title">What is going on.</param>
/// <param name="activity">Its number: those that are seen at the same time differ.</param>
internal abstract class ProgressView(string title, int activity = 1)
{
    private readonly long _began = LitestreamCommand.Environment.Time.GetTimestamp();
    private bool _isShown;

    /// <summary>How long it takes by now.</summary>
    public TimeSpan Elapsed => LitestreamCommand.Environment.Time.GetElapsedTime(_began);

    /// <summary>Shows how far it is now.</summary>
    /// <param name="write">Writes it.</param>
    public void Show(Action<ProgressRecord> write)
    {
        _isShown = true;
        write(ToRecord());
    }

    /// <summary>Shows that it has ended, where anything was shown of it.</summary>
    /// <param name="write">Writes it.</param>
    public void End(Action<ProgressRecord> write)
    {
        if (!_isShown) return;
        _isShown = false;
        write(TransferProgress.ToCompleted(activity, title));
    }

    protected abstract ProgressRecord ToRecord();

    /// <summary>Where nothing can be counted, or nothing was yet.</summary>
    protected ProgressRecord Text(string status) => new(activity, title, status);

    /// <summary>Bytes, with what <see cref="TransferProgress"/> makes of them.</summary>
    protected ProgressRecord Bytes(string step, long done, long total, TimeSpan elapsed) => TransferProgress.ToRecord(activity, title, step, done, total, elapsed);

    /// <summary>Things of another kind, with the time that is left at the same rate.</summary>
    /// <param name="step">How many of what.</param>
    /// <param name="done">Those done.</param>
    /// <param name="total">Those in all; above 0.</param>
    protected ProgressRecord Counted(string step, long done, long total) => new(activity, title, step)
    {
        PercentComplete = (int)Math.Clamp(done * 100 / total, 0, 100),
        SecondsRemaining = done > 0 && done <= total ? (int)Math.Min(Math.Ceiling((total - done) * Elapsed.TotalSeconds / done), int.MaxValue) : -1,
    };
}
