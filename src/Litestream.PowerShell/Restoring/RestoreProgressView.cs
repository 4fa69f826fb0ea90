using System.Management.Automation;
using Litestream.Engine.Restore;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Restoring;

/// <summary>Keeps the latest of what the engine's threads tell, for the pipeline's thread to show.</summary>
internal sealed class RestoreProgressView(string target, int activity) : IProgress<RestoreProgress>
{
    private readonly object _gate = new();
    private readonly string _title = $"Restoring {target}";
    private RestoreProgress? _latest;
    private long _began;

    public void Report(RestoreProgress value)
    {
        lock (_gate)
        {
            // what comes before, such as a look at the live database, is not part of the rate
            if (_latest is null) _began = LitestreamCommand.Environment.Time.GetTimestamp();
            _latest = value;
        }
    }

    internal ProgressRecord ToRecord()
    {
        RestoreProgress? latest;
        lock (_gate) latest = _latest;
        return latest switch
        {
            null => new(activity, _title, "Preparing"),
            // how long SQLite checks, nobody knows
            { Phase: RestorePhase.Check } => new(activity, _title, $"Checking the database, {_Format.Size(latest.Value.BytesDone)} were read"),
            { Phase: var phase, BytesDone: var done, BytesTotal: var total } => TransferProgress.ToRecord(
                activity, _title, phase == RestorePhase.Snapshot ? "Writing the snapshot" : "Applying WAL segments", done, total,
                LitestreamCommand.Environment.Time.GetElapsedTime(_began)),
        };
    }

    internal ProgressRecord ToCompleted() => TransferProgress.ToCompleted(activity, _title);
}
