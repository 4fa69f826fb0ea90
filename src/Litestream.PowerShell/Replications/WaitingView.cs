using System.Management.Automation;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Replications;

/// <summary>The progress of somebody who waits for a replication to ship what it has.</summary>
/// <param name="replication">The replication.</param>
/// <param name="title">What is waited for.</param>
internal sealed class WaitingView(RunningReplication replication, string title)
{
    private const int ActivityId = 1;

    internal ProgressRecord ToRecord()
    {
        // what another process has left is not asked all the time
        var status = replication.Session?.Status;
        var text = status is null ? $"Process {replication.ProcessId} is at it"
            : $"{_Format.Size(status.SpoolBytes + status.SnapshotBytes)} wait to be shipped, {_Format.Size(status.BytesShipped)} were";
        return new(ActivityId, title, text);
    }

    internal ProgressRecord ToCompleted() => TransferProgress.ToCompleted(ActivityId, title);
}
