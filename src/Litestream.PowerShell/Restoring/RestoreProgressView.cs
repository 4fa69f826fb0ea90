using System.Management.Automation;
using Litestream.Engine.Restore;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Restoring;

/// <summary>Keeps the latest of what the engine's threads tell, for the pipeline's thread to show.</summary>
internal sealed class RestoreProgressView(string target, int activity) : IProgress<RestoreProgress>
{
    private readonly object _gate = new();
    private RestoreProgress _latest;

    public void Report(RestoreProgress value)
    {
        lock (_gate) _latest = value;
    }

    internal ProgressRecord ToRecord()
    {
        RestoreProgress latest;
        lock (_gate) latest = _latest;
        var status = latest.Phase switch
        {
            RestorePhase.Snapshot => "Writing the snapshot",
            RestorePhase.Wal => "Applying WAL segments",
            _ => "Checking the database",
        };
        return new(activity, $"Restoring {target}", $"{status}, {_Format.Size(latest.BytesDone)} of {_Format.Size(latest.BytesTotal)} read")
        {
            PercentComplete = latest.BytesTotal > 0 ? (int)Math.Min(100, latest.BytesDone * 100 / latest.BytesTotal) : -1,
        };
    }

    internal ProgressRecord ToCompleted() =>
        new(activity, $"Restoring {target}", "Done") { RecordType = ProgressRecordType.Completed };
}
