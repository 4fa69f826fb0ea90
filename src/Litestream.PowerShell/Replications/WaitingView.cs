using System.Management.Automation;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Replications;

/// <summary>Somebody waits for a replication to ship what it has.</summary>
/// <param name="replication">The replication.</param>
/// <param name="title">What is waited for.</param>
internal sealed class WaitingView(RunningReplication replication, string title) : ProgressView(title)
{
    private readonly long _before = replication.Control.Status.BytesShipped;
    private TimeSpan? _shipsSince;

    protected override ProgressRecord ToRecord()
    {
        var status = replication.Control.Status;
        if (status.FirstSnapshot is { } copy) return Bytes("Making the snapshot", copy.BytesDone, copy.BytesTotal, copy.Elapsed);
        var replicas = status.Replicas.Where(r => r.State != ReplicaState.GivenUp).ToList();
        var (underWay, waiting) = (replicas.Sum(r => r.BytesUnderWay), replicas.Sum(r => r.SpoolBytes + r.SnapshotBytes));
        var shipped = status.BytesShipped - _before + underWay;
        if (shipped + waiting == 0) return Text($"Waiting for the replica, {_Format.Duration(Elapsed)}");
        // what comes before, such as a snapshot, is not part of the rate
        _shipsSince ??= Elapsed;
        return Bytes("Shipping", shipped, shipped + Math.Max(waiting - underWay, 0), Elapsed - _shipsSince.Value);
    }
}
