using System.Management.Automation;
using Litestream.Engine.Verification;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Verifying;

/// <summary>The reading of a generation: keeps the latest of what the engine's threads tell, for the pipeline's thread to show.</summary>
/// <param name="target">What is read.</param>
internal sealed class VerificationProgressView(string target) : ProgressView($"Reading {target}"), IProgress<VerificationProgress>
{
    private readonly object _gate = new();
    private VerificationProgress _latest;

    public void Report(VerificationProgress value)
    {
        lock (_gate) _latest = value;
    }

    protected override ProgressRecord ToRecord()
    {
        VerificationProgress latest;
        lock (_gate) latest = _latest;
        var record = Bytes($"{latest.ObjectsDone} of {latest.ObjectsTotal} objects", latest.BytesDone, latest.BytesTotal, Elapsed);
        record.CurrentOperation = latest.Key;
        return record;
    }
}
