using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class RetentionKeeperTests
{
    [Fact]
    public async Task A_running_replication_lets_go_what_is_older_than_its_window()
    {
        using var database = new TestDatabase();
        await using var replication = Start(database, RunningReplication.Folder(database["replica"]));
        await WriteUntilAsync(database, replication, () => replication.Count(ReplicationEventKind.RetentionApplied) >= 2);
        await replication.SyncAsync();
        await replication.StopAsync();

        var told = await replication.WaitForAsync(ReplicationEventKind.RetentionApplied);
        Assert.Equal((ReplicationSeverity.Information, database["replica"]), (told.Severity, told.ReplicaUrl));
        var generation = Assert.Single(await RunningReplication.GenerationsAsync(database));
        Assert.True(generation.Snapshots[0].Index > 0);
        Assert.True(generation.Snapshots.Count < replication.Count(ReplicationEventKind.SnapshotShipped));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        foreach (var segment in generation.Segments.Where(s => s.CreatedAt >= generation.Snapshots[0].CreatedAt).Take(10))
            await RunningReplication.RestoreAsync(database, request: new() { Timestamp = segment.CreatedAt });

        // what is left still fits what waits here
        await using var again = Start(database, RunningReplication.Folder(database["replica"]));
        await again.SyncAsync();
        database.App.Insert();
        await again.SyncAsync();
        Assert.Equal(0, again.Count(ReplicationEventKind.GenerationStarted));
    }

    [Fact]
    public async Task A_former_generation_goes_when_the_window_begins_later()
    {
        using var database = new TestDatabase();
        var former = new ReplicaBuilder("fedcba9876543210");
        await using var replica = RunningReplication.Folder(database["replica"]);
        await former.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1).CopyToAsync(replica);
        await using var replication = Start(database, RunningReplication.Folder(database["replica"]));
        await replication.WaitForAsync(ReplicationEventKind.SnapshotShipped);
        await replication.WaitForAsync(ReplicationEventKind.RetentionApplied);
        Assert.Equal([replication.Generation], (await RunningReplication.GenerationsAsync(database)).Select(g => g.Id));
    }

    [Fact]
    public async Task A_failure_is_told_and_tried_again()
    {
        using var database = new TestDatabase();
        var replica = new FailingReplicaClient(RunningReplication.Folder(database["replica"])) { Fails = (operation, _) => operation == "delete" };
        await using var replication = Start(database, replica);
        await WriteUntilAsync(database, replication, () => replication.Count(ReplicationEventKind.RetryScheduled) > 0);
        var told = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal((ReplicationSeverity.Warning, database["replica"]), (told.Severity, told.ReplicaUrl));
        Assert.Equal(ErrorCode.ReplicaUnavailable, Assert.IsType<LitestreamException>(told.Error).Code);
        replica.Fails = (_, _) => false;
        await WriteUntilAsync(database, replication, () => replication.Count(ReplicationEventKind.RetentionApplied) > 0);
        await replication.SyncAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public async Task Without_a_window_all_stays(int? retention)
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with
        {
            SnapshotInterval = TimeSpan.FromMilliseconds(50),
            Retention = retention is { } ticks ? TimeSpan.FromTicks(ticks) : null,
            RetentionCheckInterval = TimeSpan.FromMilliseconds(20),
        });
        await WriteUntilAsync(database, replication, () => replication.Count(ReplicationEventKind.SnapshotShipped) >= 4);
        await replication.StopAsync();
        Assert.Equal(0, replication.Count(ReplicationEventKind.RetentionApplied));
        Assert.Equal(0, Assert.Single(await RunningReplication.GenerationsAsync(database)).Snapshots[0].Index);
    }

    internal static RunningReplication Start(TestDatabase database, Engine.Replicas.IReplicaClient replica, int retention = 400) =>
        RunningReplication.Start(database.Path, [replica], o => o with
        {
            Retention = TimeSpan.FromMilliseconds(retention),
            RetentionCheckInterval = TimeSpan.FromMilliseconds(100),
            SnapshotInterval = TimeSpan.FromMilliseconds(150),
        });

    internal static async Task WriteUntilAsync(TestDatabase database, RunningReplication replication, Func<bool> condition)
    {
        for (var commit = 0; !condition(); commit++)
        {
            Assert.True(commit < 3000, replication.Told());
            database.App.Insert(3, 300);
            await Task.Delay(10);
        }
    }
}
