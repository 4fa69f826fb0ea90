using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class DatabaseReplicatorTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(2048)]
    [InlineData(4096)]
    [InlineData(8192)]
    [InlineData(16384)]
    [InlineData(32768)]
    [InlineData(65536)]
    public async Task What_is_restored_is_the_source_at_every_page_size(int pageSize)
    {
        using var database = new TestDatabase(pageSize);
        database.App.Insert(50, 3000);
        await using var replication = RunningReplication.Start(database);
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        database.App.Insert(50, 1000);
        database.App.Execute("DELETE FROM item WHERE id % 2 = 0");
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        await replication.StopAsync();
        Assert.Equal(ReplicationState.Stopped, replication.Status.State);
    }

    [Fact]
    public async Task Foreign_checkpoints_that_never_pause_are_not_waited_for()
    {
        using var database = new TestDatabase();
        database.App.Insert(10);
        await using var replication = RunningReplication.Start(database, o => o with { CheckpointQuietInterval = TimeSpan.FromHours(1) });
        await replication.SyncAsync();
        using var other = Application.Open(database.Path);
        other.Execute("PRAGMA busy_timeout=60000");
        for (var i = 0; i < 10; i++)
        {
            database.App.Insert(1);
            // each holds all writers out for as long as our reader is in its way, and gives up after a minute
            Assert.Equal(raw.SQLITE_OK, await Task.Run(() => other.Checkpoint(i % 2 == 0 ? Application.Truncate : Application.Full).Code));
        }

        await replication.StopAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task The_WAL_of_a_busy_application_is_followed_through_its_lives()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with
        {
            CheckpointPageCount = 50,
            CheckpointQuietInterval = TimeSpan.FromMilliseconds(50),
            MaxIndexSize = 300_000,
        });
        database.App.Execute("PRAGMA wal_autocheckpoint=20; PRAGMA busy_timeout=5000");
        var lives = new HashSet<string>();
        for (var commit = 0; commit < 60 || (lives.Count <= 2 && commit < 1500); commit++)
        {
            database.App.Insert(20, 700);
            if (commit % 10 == 9) database.App.Checkpoint(commit % 4);
            if (database.WalBytes() is { Length: > 32 } wal) lives.Add(Convert.ToHexString(wal.AsSpan(0, 32)));
            await Task.Delay(commit % 7 * 10);
        }

        await replication.SyncAsync();
        Assert.True(lives.Count > 2, "the WAL was to be restarted");
        Assert.Equal(0, replication.Count(ReplicationEventKind.ContinuityLost));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        await AssertIsContiguousAsync(database);
    }

    [Fact]
    public async Task A_change_is_shipped_without_being_asked_for()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        await replication.SyncAsync();
        var before = replication.Status.Replicas[0].Position;
        database.App.Insert();
        await replication.UntilAsync(() => replication.Status.Replicas[0].Position != before, "the change is on the replica");
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task Stop_ships_the_last_commits_and_leaves_a_complete_database_file()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        await replication.SyncAsync();
        database.App.Insert(30);
        await replication.StopAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        Assert.Equal(database.App.Image(), database.FileBytes());
    }

    [Fact]
    public async Task A_stopped_replication_goes_on_with_its_generation()
    {
        using var database = new TestDatabase();
        // keeps the WAL from being backfilled, and so from being restarted while nobody watches
        using var reader = Application.Open(database.Path);
        reader.Execute("BEGIN; SELECT count(*) FROM item");
        GenerationId? generation = null;
        for (var run = 0; run < 4; run++)
        {
            await using var replication = RunningReplication.Start(database);
            database.App.Insert(10);
            await replication.SyncAsync();
            generation ??= replication.Generation;
            Assert.Equal(generation, replication.Generation);
            database.App.Insert(10);
            await replication.StopAsync();
            if (run < 3) database.App.Insert(5);
        }

        Assert.Equal(generation, Assert.Single(await RunningReplication.GenerationsAsync(database)).Id);
        await AssertIsContiguousAsync(database);
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_database_that_did_not_change_meanwhile_goes_on_with_its_generation()
    {
        using var database = new TestDatabase();
        for (var run = 0; run < 3; run++)
        {
            await using var replication = RunningReplication.Start(database);
            await replication.SyncAsync();
            database.App.Insert(10);
            await replication.StopAsync();
            Assert.True(run == 0 || replication.Count(ReplicationEventKind.GenerationStarted) == 0, replication.Told());
        }

        Assert.Single(await RunningReplication.GenerationsAsync(database));
        await AssertIsContiguousAsync(database);
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_replication_that_dies_at_any_step_goes_on_without_gap_and_overlap()
    {
        using var database = new TestDatabase();
        using var reader = Application.Open(database.Path);
        reader.Execute("BEGIN; SELECT count(*) FROM item");
        await RunOnceAsync();
        for (var steps = 1; steps <= 24; steps++)
        {
            var mortal = new EngineEnvironment { Files = new MortalFileSystem(steps) };
            await using var replication = RunningReplication.Start(
                database.Path, [Litestream.Engine.Replicas.ReplicaClients.Open(database["replica"], "/", mortal)], environment: mortal);
            for (var commit = 0; commit < 1000 && !replication.Running.IsCompleted; commit++)
            {
                database.App.Insert();
                await Task.Delay(15);
            }

            await Assert.ThrowsAsync<MortalFileSystem.DeathException>(() => replication.Running);
        }

        await RunOnceAsync();
        Assert.Single(await RunningReplication.GenerationsAsync(database));
        await AssertIsContiguousAsync(database);
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));

        async Task RunOnceAsync()
        {
            await using var replication = RunningReplication.Start(database);
            database.App.Insert();
            await replication.SyncAsync();
            await replication.StopAsync();
        }
    }

    [Fact]
    public async Task A_WAL_that_was_restarted_meanwhile_costs_what_changed_and_the_generation_goes_on()
    {
        using var database = new TestDatabase();
        database.App.Insert(500, 2000);
        Position before;
        await using (var first = RunningReplication.Start(database))
        {
            await first.SyncAsync();
            database.App.Insert();
            await first.StopAsync();
            before = first.Status.Position!.Value;
        }

        var former = database.App.Image();
        database.App.Insert();
        Assert.Equal(0, database.App.Checkpoint(Application.Truncate).Code);
        database.App.Insert();
        await using var second = RunningReplication.Start(database);
        await second.SyncAsync();
        var generation = Assert.Single(await RunningReplication.GenerationsAsync(database));
        Assert.Single(generation.Snapshots);
        // an insert changes a leaf or two of a tree of some 250 pages, and page 1
        Assert.InRange(second.Status.Position!.Value.Offset - before.Offset, 1, 10 * (4096 + 24));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        Assert.Equal(former, await RunningReplication.RestoreAsync(database, request: new() { Index = before.Index, Offset = before.Offset }));
    }

    [Fact]
    public async Task More_segments_than_an_index_may_have_begin_the_next_one()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { MaxSegmentsPerIndex = 3 });
        for (var commit = 0; commit < 11; commit++)
        {
            database.App.Insert();
            await replication.SyncAsync();
        }

        var generation = Assert.Single(await RunningReplication.GenerationsAsync(database));
        Assert.All(generation.Segments.GroupBy(s => s.Start.Index), g => Assert.InRange(g.Count(), 1, 3));
        Assert.True(generation.Segments[^1].Start.Index >= 2);
        await AssertIsContiguousAsync(database);
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task Nothing_of_ours_is_in_the_database()
    {
        using var database = new TestDatabase();
        database.App.Insert(20);
        database.App.Checkpoint(Application.Truncate);
        var (image, file) = (database.App.Image(), database.FileBytes());
        var files = Directory.GetFiles(Path.GetDirectoryName(database.Path)!).Order().ToList();
        await using (var replication = RunningReplication.Start(database))
        {
            await replication.SyncAsync();
            await replication.StopAsync();
        }

        Assert.Equal(image, database.App.Image());
        Assert.Equal(file, database.FileBytes());
        Assert.Equal("item", database.App.Text("SELECT group_concat(name) FROM sqlite_schema"));
        Assert.Equal(files, Directory.GetFiles(Path.GetDirectoryName(database.Path)!).Order());
    }

    [Fact]
    public async Task All_that_is_spooled_lies_in_MetadataPath()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { MetadataPath = database["elsewhere/meta"] });
        await replication.SyncAsync();
        Assert.True(File.Exists(database["elsewhere/meta/state"]));
        Assert.False(Directory.Exists(database[".app.db-litestream-ps"]));
    }

    [Fact]
    public async Task Two_replicas_hold_the_same_objects()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(
            database.Path, [RunningReplication.Folder(database["one"]), RunningReplication.Folder(database["two"])]);
        for (var commit = 0; commit < 4; commit++)
        {
            database.App.Insert();
            await replication.SyncAsync();
        }

        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database, "one"));
        Assert.Equal(Objects("one"), Objects("two"));

        IEnumerable<(string, byte)> Objects(string replica) => Directory.GetFiles(database[replica], "*", SearchOption.AllDirectories)
            .Order().SelectMany(f => File.ReadAllBytes(f).Select(b => (Path.GetRelativePath(database[replica], f), b)));
    }

    [Fact]
    public async Task SyncAsync_fails_when_the_replication_has_ended()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        await replication.SyncAsync();
        await replication.StopAsync();
        var replicator = new DatabaseReplicator(RunningReplication.OptionsFor(database.Path), [RunningReplication.Folder(database["replica"])], new());
        await using (replicator)
        {
            using var stop = new CancellationTokenSource();
            var running = replicator.RunAsync(stop.Token);
            await stop.CancelAsync();
            await running;
            await Assert.ThrowsAsync<LitestreamException>(() => replicator.SyncAsync(default).WaitAsync(TimeSpan.FromSeconds(10)));
        }
    }

    /// <summary>Whoever starts one and asks for a sync at once is told what was wrong with it.</summary>
    [Fact]
    public async Task SyncAsync_tells_why_the_replication_has_failed_even_when_nobody_holds_it_any_more()
    {
        using var database = new TestDatabase();
        var replicator = new DatabaseReplicator(RunningReplication.OptionsFor(database["missing.db"]), [RunningReplication.Folder(database["replica"])], new());
        LitestreamException failure;
        await using (replicator) failure = await Assert.ThrowsAsync<LitestreamException>(() => replicator.RunAsync(default));
        var told = await Assert.ThrowsAsync<LitestreamException>(() => replicator.SyncAsync(default).WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(ErrorCode.ReplicationEnded, told.Code);
        Assert.Same(failure, told.InnerException);
        Assert.Contains(failure.Message, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_in_a_hurry_ends_the_last_sync_and_loses_nothing()
    {
        using var database = new TestDatabase();
        database.App.Insert(10);
        var shipping = new TaskCompletionSource();
        var hung = new HookedReplicaClient(RunningReplication.Folder(database["replica"]))
        {
            Puts = (key, token) =>
            {
                if (!key.EndsWith(".snapshot.lz4", StringComparison.Ordinal)) return Task.CompletedTask;
                shipping.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, token);
            },
        };
        using var stop = new CancellationTokenSource();
        using var hurry = new CancellationTokenSource();
        await using (var replicator = new DatabaseReplicator(
            RunningReplication.OptionsFor(database.Path) with { ShutdownTimeout = TimeSpan.FromDays(1) }, [hung], new()))
        {
            var running = replicator.RunAsync(stop.Token, hurry.Token);
            await shipping.Task.WaitAsync(TimeSpan.FromSeconds(30)); // the snapshot is no longer being copied
            await stop.CancelAsync();
            Assert.NotEqual(running, await Task.WhenAny(running, Task.Delay(200)));
            Assert.Equal(ReplicationState.Stopping, replicator.Status.State);
            await hurry.CancelAsync();
            var error = await Assert.ThrowsAsync<LitestreamException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal((ErrorCode.Timeout, $"The last sync of '{database.Path}' was cut short."), (error.Code, error.Message));
        }

        await using var next = RunningReplication.Start(database);
        await next.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_stop_in_a_hurry_does_not_wait_for_a_replica_to_be_let_go_and_the_next_run_has_it_again()
    {
        using var database = new TestDatabase();
        var hung = new HookedReplicaClient(RunningReplication.Folder(database["replica"]))
        {
            Puts = (key, token) => key == ReplicaHead.Key ? Task.Delay(Timeout.InfiniteTimeSpan, token) : Task.CompletedTask,
        };
        using var stop = new CancellationTokenSource();
        using var hurry = new CancellationTokenSource();
        await using (var replicator = new DatabaseReplicator(RunningReplication.OptionsFor(database.Path), [hung], new() { Time = new ShortTimersTime() }))
        {
            var running = replicator.RunAsync(stop.Token, hurry.Token);
            await replicator.SyncAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
            await stop.CancelAsync();
            await hurry.CancelAsync();
            // the last sync may have been done or not
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(30)));
            Assert.True(running.IsCompleted);
            Assert.Contains(ReplicationEventKind.LeaseKept, (await replicator.Events.ReadAllAsync().ToListAsync()).Select(e => e.Kind));
        }

        await using var next = RunningReplication.Start(database);
        await next.SyncAsync();
        Assert.Equal(ReplicationSeverity.Information, Assert.Single(next.Events, e => e.Kind == ReplicationEventKind.LeaseReplaced).Severity);
        Assert.DoesNotContain(next.Events, e => e.Severity == ReplicationSeverity.Error);
    }

    internal static async Task AssertIsContiguousAsync(TestDatabase database)
    {
        await using var client = RunningReplication.Folder(database["replica"]);
        foreach (var generation in await RunningReplication.GenerationsAsync(database))
        {
            var end = new Position(generation.Snapshots[0].Index, 0);
            foreach (var segment in generation.Segments)
            {
                if (segment.Start.Index > end.Index) end = new(end.Index + 1, 0);
                Assert.Equal(end, segment.Start);
                await using var content = await DecodedObjectStream.OpenAsync(client, segment.Key, default);
                using var bytes = new MemoryStream();
                await content.CopyToAsync(bytes);
                end = end with { Offset = end.Offset + bytes.Length };
            }

            var times = generation.Segments.Select(s => s.CreatedAt).ToList();
            Assert.Equal(times.Order(), times);
        }
    }
}
