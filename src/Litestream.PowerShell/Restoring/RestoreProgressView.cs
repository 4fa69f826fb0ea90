using System.Management.Automation;
using Litestream.Engine.Restore;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Restoring;

/// <summary>Keeps the latest of what the engine's threads tell, for the pipeline's thread to show.</summary>
internal sealed class RestoreProgressView(string target, int activity) : IProgress<RestoreProgress>
{
    private readonly object _gate = new();
    private readonly long _began = LitestreamCommand.Environment.Time.GetTimestamp();
    private readonly string _title = $"Restoring {target}";
    private RestoreProgress _latest;

    public void Report(RestoreProgress value)
    {
        lock (_gate) _latest = value;
    }

    internal ProgressRecord ToRecord()
    {
        RestoreProgress latest;
        lock (_gate) latest = _latest;
        // how long SQLite checks, nobody knows
        return latest.Phase == RestorePhase.Check
            ? new(activity, _title, $"Checking the database, {_Format.Size(latest.BytesDone)} were read")
            : TransferProgress.ToRecord(
                activity, _title, latest.Phase == RestorePhase.Snapshot ? "Writing the snapshot" : "Applying WAL segments",
                latest.BytesDone, latest.BytesTotal, LitestreamCommand.Environment.Time.GetElapsedTime(_began));
    }

    internal ProgressRecord ToCompleted() => TransferProgress.ToCompleted(activity, _title);
}
