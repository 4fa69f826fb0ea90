using System.Management.Automation;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Replications;

/// <summary>Somebody waits for a replication to ship what it has.</summary>
/// <param name="replication">The replication.</param>
/// <param name="title">What is waited for.</param>
internal sealed class WaitingView(RunningReplication replication, string title) : ProgressView(title)
{
    private readonly long _before = replication.Session?.Status.BytesShipped ?? 0;

    protected override ProgressRecord ToRecord()
    {
        // what another process has left is not asked all the time
        if (replication.Session?.Status is not { } status) return Text($"Process {replication.ProcessId} is at it, {_Format.Duration(Elapsed)}");
        var (shipped, left) = (status.BytesShipped - _before, status.SpoolBytes + status.SnapshotBytes);
        return shipped + left > 0 ? Bytes("Shipping", shipped, shipped + left, Elapsed) : Text($"Waiting for the replica, {_Format.Duration(Elapsed)}");
    }
}
