using System.Management.Automation;
using Litestream.Engine.Verification;

namespace Litestream.PowerShell.Verifying;

/// <summary>Keeps the latest of what the engine's threads tell, for the pipeline's thread to show.</summary>
internal sealed class VerificationProgressView(string target) : IProgress<VerificationProgress>
{
    private const int ActivityId = 1;

    private readonly object _gate = new();
    private VerificationProgress _latest;

    public void Report(VerificationProgress value)
    {
        lock (_gate) _latest = value;
    }

    internal ProgressRecord ToRecord()
    {
        VerificationProgress latest;
        lock (_gate) latest = _latest;
        return new(ActivityId, $"Reading {target}", $"{latest.ObjectsDone} of {latest.ObjectsTotal} objects")
        {
            CurrentOperation = latest.Key,
            PercentComplete = latest.ObjectsTotal > 0 ? (int)(100L * latest.ObjectsDone / latest.ObjectsTotal) : -1,
        };
    }

    internal ProgressRecord ToCompleted() => new(ActivityId, $"Reading {target}", "Done") { RecordType = ProgressRecordType.Completed };
}
