using Litestream.Engine.Control;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;

namespace Litestream.Fuzz.Fakes;

/// <summary>A replication that has done all there is.</summary>
internal sealed class QuietReplication : IReplicationControl
{
    public ReplicationStatus Status { get; } = new("/data/app.db", ReplicationState.Running, DateTimeOffset.UnixEpoch,
        [new("/backup/app") { Position = new(1, 32), LastError = new LitestreamException(ErrorCode.ReplicaUnavailable, "Away.", "/backup/app", "Wait."), Requests = new(1, 2, 3, 4, 5) }])
    {
        Generation = GenerationId.Parse("0123456789abcdef"),
        Position = new(1, 32),
        LastError = new IOException("Some failure."),
    };

    /// <summary>How often something was asked of it.</summary>
    public int Calls { get; private set; }

    public Task<SyncResult> SyncAsync(CancellationToken cancellationToken)
    {
        Calls++;
        return Task.FromResult(new SyncResult(default, Status.Position, [], TimeSpan.Zero, 0));
    }

    public Task<ReplicationStatus> StopAsync(CancellationToken cancellationToken)
    {
        Calls++;
        return Task.FromResult(Status);
    }
}
