using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class SyncResultTests
{
    [Fact]
    public async Task SyncAsync_tells_what_all_replicas_hold()
    {
        using var database = new TestDatabase();
        database.App.Insert(10, 1000);
        await using var replication = RunningReplication.Start(
            database.Path, [RunningReplication.Folder(database["replica"]), RunningReplication.Folder(database["second"])]);

        var first = await replication.SyncAsync();
        database.App.Insert(10, 1000);
        var second = await replication.SyncAsync();

        Assert.Equal(replication.Generation, second.Generation);
        Assert.Equal(replication.Status.Replicas.Select(r => r.Url), second.Replicas);
        Assert.True(second.Position > first.Position || first.Position is null, $"{first.Position} {second.Position}");
        Assert.Equal(replication.Status.Position, second.Position);
        Assert.Equal(Stored(database["replica"]) + Stored(database["second"]), replication.Status.BytesShipped);
        Assert.InRange(second.BytesShipped, 1, replication.Status.BytesShipped - first.BytesShipped);
    }

    [Fact]
    public async Task SyncAsync_fails_when_the_replication_has_ended()
    {
        using var database = new TestDatabase();
        await using var replicator = new DatabaseReplicator(
            RunningReplication.OptionsFor(database.Path), [ReplicaClients.Open(database["replica"], "/", new())], new());
        using var stop = new CancellationTokenSource();
        var running = replicator.RunAsync(stop.Token);
        await replicator.SyncAsync(default);
        await stop.CancelAsync();
        await running;

        var error = await Assert.ThrowsAsync<LitestreamException>(() => replicator.SyncAsync(default));

        Assert.Equal(ErrorCode.ReplicationEnded, error.Code);
    }

    private static long Stored(string replica) =>
        Directory.EnumerateFiles(replica, "*.lz4", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
}
