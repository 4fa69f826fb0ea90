using System.Management.Automation;
using Litestream.Engine.Restore;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Restoring;

/// <summary>A restore: keeps the latest of what the engine's threads tell, for the pipeline's thread to show.</summary>
/// <param name="target">What is restored.</param>
/// <param name="activity">Its number.</param>
/// <param name="reading">The replica, of which there is something to see before it begins; null where all that is done already.</param>
internal sealed class RestoreProgressView(string target, int activity, ReplicaReading? reading = null)
    : ProgressView($"Restoring {target}", activity), IProgress<RestoreProgress>
{
    private const int WholePercent = 100;

    private readonly object _gate = new();
    private RestoreProgress? _latest;
    private long _began;

    public void Report(RestoreProgress value)
    {
        lock (_gate)
        {
            // what comes before is not part of the rate; the live database and a check's reads are something else
            if (_latest is not { } former || Source(former) != Source(value)) _began = LitestreamCommand.Environment.Time.GetTimestamp();
            _latest = value;
        }
    }

    protected override ProgressRecord ToRecord()
    {
        RestoreProgress? latest;
        TimeSpan elapsed;
        lock (_gate) (latest, elapsed) = (_latest, LitestreamCommand.Environment.Time.GetElapsedTime(_began));
        return latest switch
        {
            null => Text($"Preparing{(reading?.Describe() is { Length: > 0 } seen ? $", {seen}" : "")}"),
            { Phase: RestorePhase.Live, BytesDone: var done, BytesTotal: var total } => Bytes("Reading the live database", done, total, elapsed),
            { Phase: RestorePhase.Check } check => Check(check, elapsed),
            // what a query reads in all nobody knows
            { Phase: RestorePhase.Assertion, BytesDone: var done } => Bytes($"Asking the assertion, {_Format.Duration(elapsed)}", done, total: 0, elapsed),
            { Phase: var phase, BytesDone: var done, BytesTotal: var total } =>
                Bytes(phase == RestorePhase.Snapshot ? "Writing the snapshot" : "Applying WAL segments", done, total, elapsed),
        };
    }

    private ProgressRecord Check(RestoreProgress check, TimeSpan elapsed)
    {
        // with its time, as there is a while in which a small one reads nothing more
        var record = Bytes($"Checking the database, {_Format.Duration(elapsed)}", check.BytesDone, total: 0, elapsed);
        if (check.Share is { } share) record.PercentComplete = (int)(share * WholePercent);
        if (check.Left is { } left) record.SecondsRemaining = (int)Math.Min(Math.Ceiling(left.TotalSeconds), int.MaxValue);
        return record;
    }

    /// <summary>The snapshot and the WAL segments are both of the replica.</summary>
    private static RestorePhase Source(RestoreProgress progress) => progress.Phase == RestorePhase.Wal ? RestorePhase.Snapshot : progress.Phase;
}
