using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>What goes wrong while a replication runs, and how it goes on.</summary>
public sealed class ReplicatorTroubleTests
{
    [Fact]
    public async Task A_replica_that_fails_for_a_while_gets_the_same_generation()
    {
        using var database = new TestDatabase();
        var client = Flaky(database);
        await using var replication = RunningReplication.Start(database.Path, [client]);
        await replication.SyncAsync();
        var generation = replication.Generation;
        client.FailingPuts = 3;
        database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(3, client.Failures);
        Assert.Equal(3, replication.Count(ReplicationEventKind.RetryScheduled));
        await replication.WaitForAsync(ReplicationEventKind.Recovered);
        Assert.Equal(generation, Assert.Single(await RunningReplication.GenerationsAsync(database)).Id);
        await DatabaseReplicatorTests.AssertIsContiguousAsync(database);
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task Commits_wait_in_the_spool_while_the_replica_is_away()
    {
        using var database = new TestDatabase();
        var client = Flaky(database);
        client.IsDown = true;
        await using var replication = RunningReplication.Start(database.Path, [client]);
        await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted); // what is committed before that is in its snapshot
        for (var commit = 0; commit < 5; commit++)
        {
            database.App.Insert();
            await Task.Delay(60);
        }

        await replication.UntilAsync(() => replication.Status.Replicas[0].LagBytes > 5 * 4096, "segments wait");
        Assert.True(replication.Status.SpoolBytes > 0);
        Assert.True(replication.Status.Replicas[0].Lag > TimeSpan.Zero);
        Assert.NotNull(replication.Status.Replicas[0].LastError);
        client.IsDown = false;
        await replication.SyncAsync();
        Assert.Equal(0, replication.Status.Replicas[0].LagBytes);
        Assert.Single(await RunningReplication.GenerationsAsync(database));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task One_replica_that_is_away_does_not_hold_up_the_other()
    {
        using var database = new TestDatabase();
        var away = new FlakyReplicaClient(RunningReplication.Folder(database["away"])) { IsDown = true };
        await using var replication = RunningReplication.Start(database.Path, [RunningReplication.Folder(database["replica"]), away]);
        await replication.UntilAsync(() => replication.Status.Position is not null, "a generation begins");
        var before = replication.Status.Position;
        database.App.Insert();
        await replication.UntilAsync(
            () => replication.Status.Replicas[0] is { Position: { } p, LagBytes: 0 } && p != before && p == replication.Status.Position, "the one is up to date");
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        away.IsDown = false;
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database, "away"));
    }

    [Fact]
    public async Task A_replica_that_is_deleted_gets_a_new_generation_by_itself()
    {
        using var database = new TestDatabase();
        var time = new ShiftedTime();
        await using var replication = RunningReplication.Start(database, environment: new() { Time = time });
        database.App.Insert();
        await replication.SyncAsync();
        var former = replication.Generation;
        Directory.Delete(database["replica"], recursive: true);
        time.Skip(TimeSpan.FromMinutes(1));
        database.App.Insert();
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        Assert.NotEqual(former, replication.Generation);
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_replica_that_was_deleted_meanwhile_gets_a_new_generation_at_the_next_start()
    {
        using var database = new TestDatabase();
        for (var run = 0; run < 2; run++)
        {
            await using var replication = RunningReplication.Start(database);
            database.App.Insert();
            await replication.SyncAsync();
            Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
            await replication.StopAsync();
            if (run == 0) Directory.Delete(database["replica"], recursive: true);
        }
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-shm")]
    public async Task A_removed_file_of_the_database_is_no_reason_for_a_new_generation(string suffix)
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { CheckpointQuietInterval = TimeSpan.FromMilliseconds(50) });
        database.App.Insert();
        await replication.SyncAsync();
        await replication.BackfilledAsync(database);
        File.Delete(database.Path + suffix);
        await replication.WaitForAsync(ReplicationEventKind.ContinuityLost);
        // in this process connections share what is in memory of a -shm until the last of them is closed, ours too while it tries to open
        await replication.UntilAsync(() =>
        {
            database.ReopenApp();
            return database.App.TryExecute(Application.InsertSql(1, 100)) == raw.SQLITE_OK && File.Exists(database.WalIndexPath);
        }, "the application has a -shm of its own");
        await replication.WaitForAsync(ReplicationEventKind.Reconciled);
        await replication.SyncAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_replaced_database_begins_a_new_generation_with_its_content()
    {
        using var database = new TestDatabase();
        using var other = new TestDatabase(1024);
        other.App.Insert(50, 500);
        await using var replication = RunningReplication.Start(database);
        await replication.SyncAsync();
        database.CloseApp();
        await File.WriteAllBytesAsync(database["other.db"], other.App.Image());
        File.Delete(database.WalPath);
        File.Delete(database.WalIndexPath);
        File.Move(database["other.db"], database.Path, overwrite: true);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        Assert.Equal(other.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task Stop_after_the_WAL_was_removed_leaves_a_replica_with_everything()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { PollInterval = TimeSpan.FromHours(1) });
        database.App.Insert();
        await replication.SyncAsync();
        database.CloseApp();
        File.Delete(database.WalPath);
        File.Delete(database.WalIndexPath);
        await replication.StopAsync();
        database.ReopenApp();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task At_the_bound_of_the_spool_the_WAL_is_let_go_and_a_generation_follows()
    {
        using var database = new TestDatabase();
        var client = Flaky(database);
        await using var replication = RunningReplication.Start(database.Path, [client], o => o with { SpoolLimit = 200_000 });
        await replication.SyncAsync();
        client.IsDown = true;
        for (var commit = 0; commit < 40 && replication.Count(ReplicationEventKind.SpoolFull) == 0; commit++)
        {
            database.App.Insert(10, 3000);
            await Task.Delay(50);
        }

        var full = await replication.WaitForAsync(ReplicationEventKind.SpoolFull);
        Assert.Equal(ReplicationSeverity.Error, full.Severity);
        await replication.UntilAsync(() => replication.Status is { State: ReplicationState.Waiting, SpoolBytes: 0 }, "the spool is empty");
        Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Truncate).Code);
        database.App.Insert();
        Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Truncate).Code);
        client.IsDown = false;
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_snapshot_larger_than_the_spools_bound_is_shipped_all_the_same()
    {
        using var database = new TestDatabase();
        database.App.Insert(100, 10_000);
        var client = Flaky(database);
        client.Delay = TimeSpan.FromMilliseconds(300);
        await using var replication = RunningReplication.Start(database.Path, [client], o => o with { SpoolLimit = 100_000 });
        for (var commit = 0; commit < 5; commit++)
        {
            database.App.Insert();
            await Task.Delay(100);
        }

        await replication.SyncAsync();
        Assert.Equal(0, replication.Count(ReplicationEventKind.SpoolFull));
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Theory]
    [InlineData(".snapshot.lz4.tmp")]
    [InlineData(".wal.lz4.tmp")]
    [InlineData("state")]
    public async Task A_spool_that_cannot_be_written_for_a_while_loses_nothing(string suffix)
    {
        using var database = new TestDatabase();
        database.App.Insert(50, 1000);
        var isSnapshot = suffix == ".snapshot.lz4.tmp";
        var files = new FailingSpool(suffix) { Failures = isSnapshot ? 2 : 0 };
        await using var replication = RunningReplication.Start(database, environment: new() { Files = files });
        if (!isSnapshot)
        {
            await replication.SyncAsync();
            files.Failures = 2;
        }

        database.App.Insert(5);
        await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        database.App.Insert(5);
        await replication.UntilAsync(() => files.Failures == 0, "it can be written again");
        // the last failure may just be told to whoever waits by then
        if (await Record.ExceptionAsync(replication.SyncAsync) is not null) await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        await DatabaseReplicatorTests.AssertIsContiguousAsync(database);
    }

    [Fact]
    public async Task Times_never_go_back_when_the_clock_does()
    {
        using var database = new TestDatabase();
        var time = new ShiftedTime();
        await using var replication = RunningReplication.Start(database, environment: new() { Time = time });
        for (var commit = 0; commit < 5; commit++)
        {
            database.App.Insert();
            await replication.SyncAsync();
            time.Shift -= TimeSpan.FromHours(1);
        }

        await DatabaseReplicatorTests.AssertIsContiguousAsync(database);
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task Changes_are_shipped_when_the_clock_was_set_back()
    {
        using var database = new TestDatabase();
        var time = new ShiftedTime();
        await using var replication = RunningReplication.Start(database, environment: new() { Time = time });
        database.App.Insert();
        await replication.SyncAsync();
        time.Shift -= TimeSpan.FromHours(1);
        var before = replication.Status.Replicas[0].Position;
        database.App.Insert();
        await replication.UntilAsync(() => replication.Status.Replicas[0].Position != before, "the change is on the replica");
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    private static FlakyReplicaClient Flaky(TestDatabase database) => new(RunningReplication.Folder(database["replica"]));
}
