using System.Management.Automation;
using Litestream.Engine.Verification;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Verifying;

/// <summary>Keeps the latest of what the engine's threads tell, for the pipeline's thread to show.</summary>
internal sealed class VerificationProgressView(string target) : IProgress<VerificationProgress>
{
    private const int ActivityId = 1;

    private readonly object _gate = new();
    private readonly long _began = LitestreamCommand.Environment.Time.GetTimestamp();
    private readonly string _title = $"Reading {target}";
    private VerificationProgress _latest;

    public void Report(VerificationProgress value)
    {
        lock (_gate) _latest = value;
    }

    internal ProgressRecord ToRecord()
    {
        VerificationProgress latest;
        lock (_gate) latest = _latest;
        var record = TransferProgress.ToRecord(
            ActivityId, _title, $"{latest.ObjectsDone} of {latest.ObjectsTotal} objects", latest.BytesDone, latest.BytesTotal,
            LitestreamCommand.Environment.Time.GetElapsedTime(_began));
        record.CurrentOperation = latest.Key;
        return record;
    }

    internal ProgressRecord ToCompleted() => TransferProgress.ToCompleted(ActivityId, _title);
}
