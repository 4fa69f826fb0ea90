using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
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
    public async Task What_is_read_of_an_object_is_under_way_until_it_is_stored_or_fails()
    {
        using var database = new TestDatabase();
        database.App.Insert(10, 1000);
        var (fails, goesOn, tries) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        await using var store = new HookedReplicaClient(RunningReplication.Folder(database["replica"]))
        {
            Reads = async (content, stop) =>
            {
                if (Interlocked.Increment(ref tries) > 1)
                {
                    await goesOn.Task.WaitAsync(stop);
                    return;
                }

                await content.ReadExactlyAsync(new byte[100], stop);
                await fails.Task.WaitAsync(stop);
                throw new LitestreamException(ErrorCode.ReplicaUnavailable, "It broke off.", "replica", "Try again.");
            },
        };
        await using var replication = RunningReplication.Start(database.Path, [store]);

        await replication.UntilAsync(() => replication.Status.Replicas[0].BytesUnderWay == 100, "100 bytes are under way");
        Assert.True(replication.Status.SnapshotBytes > 100);
        Assert.Equal(0, replication.Status.BytesShipped);
        fails.SetResult();
        await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(0, replication.Status.Replicas[0].BytesUnderWay);
        goesOn.SetResult();
        var result = await replication.SyncAsync();

        Assert.Equal((0, Stored(database["replica"])), (replication.Status.Replicas[0].BytesUnderWay, result.BytesShipped));
    }

    [Fact]
    public async Task Status_tells_how_far_the_first_snapshot_is()
    {
        using var database = new TestDatabase();
        database.App.Insert(10, 1000);
        var background = new GatedScheduler();
        await using var replication = RunningReplication.Start(database, environment: new() { Background = background });

        await replication.UntilAsync(() => replication.Status.FirstSnapshot is not null, "a snapshot is being copied");

        Assert.Equal(0, replication.Status.FirstSnapshot!.Value.BytesDone);
        Assert.True(replication.Status.FirstSnapshot.Value.BytesTotal >= 10_000);
        background.Open();
        await replication.SyncAsync();
        Assert.Null(replication.Status.FirstSnapshot);
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
