using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class FurtherSnapshotTests
{
    [Fact]
    public async Task Each_snapshot_is_exactly_the_database_at_the_start_of_its_index()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with
        {
            SnapshotInterval = TimeSpan.FromMilliseconds(100),
            CheckpointPageCount = 50,
            CheckpointQuietInterval = TimeSpan.FromMilliseconds(50),
        });
        database.App.Execute("PRAGMA wal_autocheckpoint=20");
        for (var commit = 0; replication.Count(ReplicationEventKind.SnapshotShipped) < 5; commit++)
        {
            Assert.True(commit < 3000, replication.Told());
            database.App.Insert(5, 700);
            if (commit % 10 == 9) database.App.Execute("DELETE FROM item WHERE id % 3 = 0");
            await Task.Delay(5);
        }

        await replication.SyncAsync();
        await replication.StopAsync();
        var generation = Assert.Single(await RunningReplication.GenerationsAsync(database));
        Assert.True(generation.Snapshots.Count >= 5);
        Assert.True(generation.Snapshots[^1].Index <= generation.Segments[^1].Start.Index + 1, "Litestream 0.3.13 would panic");
        foreach (var snapshot in generation.Snapshots.Skip(1))
        {
            var alone = await RunningReplication.RestoreAsync(database, request: new() { Generation = generation.Id, Index = snapshot.Index, Offset = 0 });
            var walked = await RunningReplication.RestoreAsync(database, request: new() { Generation = generation.Id, Index = snapshot.Index - 1 });
            Assert.True(walked.AsSpan().SequenceEqual(alone), $"index {snapshot.Index}");
            Assert.Equal(generation.Segments.Last(s => s.Start.Index < snapshot.Index).CreatedAt, snapshot.CreatedAt);
        }

        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task No_snapshot_is_taken_where_nothing_has_changed()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { SnapshotInterval = TimeSpan.FromMilliseconds(20) });
        await replication.WaitForAsync(ReplicationEventKind.SnapshotShipped);
        database.App.Insert();
        await replication.WaitForAsync(ReplicationEventKind.SnapshotShipped, 2);
        await Task.Delay(500);
        Assert.Equal(2, replication.Count(ReplicationEventKind.SnapshotShipped));
        database.App.Insert();
        await replication.WaitForAsync(ReplicationEventKind.SnapshotShipped, 3);
        await replication.StopAsync();
        Assert.Equal([0, 1, 2], Assert.Single(await RunningReplication.GenerationsAsync(database)).Snapshots.Select(s => s.Index));
    }

    [Fact]
    public async Task One_that_fails_is_tried_again_and_the_generation_goes_on()
    {
        using var database = new TestDatabase();
        var files = new FailingSpool(".snapshot.lz4.tmp");
        await using var replication = RunningReplication.Start(
            database, o => o with { SnapshotInterval = TimeSpan.FromMilliseconds(50) }, new() { Files = files });
        await replication.WaitForAsync(ReplicationEventKind.SnapshotShipped);
        files.Failures = 2;
        database.App.Insert();
        var told = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled, 2);
        Assert.Equal(ReplicationSeverity.Warning, told.Severity);
        Assert.Contains("A further snapshot failed", told.Message, StringComparison.Ordinal);
        database.App.Insert();
        await replication.WaitForAsync(ReplicationEventKind.SnapshotShipped, 2);
        await replication.SyncAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task After_a_start_the_newest_snapshot_of_the_replica_counts()
    {
        using var database = new TestDatabase();
        await using (var first = RunningReplication.Start(database))
        {
            await first.SyncAsync();
            database.App.Insert();
            await first.SyncAsync();
            await first.StopAsync();
        }

        await using var second = RunningReplication.Start(database, o => o with { SnapshotInterval = TimeSpan.FromMilliseconds(100) });
        await second.WaitForAsync(ReplicationEventKind.SnapshotShipped);
        await second.SyncAsync();
        Assert.Equal(0, second.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal([0, 1], Assert.Single(await RunningReplication.GenerationsAsync(database)).Snapshots.Select(s => s.Index));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_replica_that_is_away_does_not_pile_them_up_in_the_spool()
    {
        using var database = new TestDatabase();
        var away = new FlakyReplicaClient(RunningReplication.Folder(database["away"]));
        await using var replication = RunningReplication.Start(
            database.Path, [RunningReplication.Folder(database["replica"]), away], o => o with { SnapshotInterval = TimeSpan.FromMilliseconds(50) });
        await replication.SyncAsync();
        away.RefusesPuts = true;
        for (var snapshots = 3; snapshots < 9; snapshots++)
        {
            database.App.Insert();
            await replication.WaitForAsync(ReplicationEventKind.SnapshotShipped, snapshots);
        }

        var waiting = LocalFileSystem.Instance.List(Path.Combine(MetadataFolder.DefaultPath(database.Path), ObjectKey.Snapshots(replication.Generation)));
        Assert.InRange(waiting.Count(e => e.Name.EndsWith(".lz4", StringComparison.Ordinal)), 1, 2);
        away.RefusesPuts = false;
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database, "away"));
    }
}
