using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Motion;

/// <summary>Applications that lock others out, and readers that never end.</summary>
public sealed class LockedDatabaseTests
{
    [Fact]
    public async Task An_application_that_wants_to_be_alone_while_we_run_is_refused_and_the_replication_goes_on()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert();
        await replication.SyncAsync();
        database.ReopenApp();
        database.App.Execute("PRAGMA locking_mode=EXCLUSIVE");
        Assert.Equal(raw.SQLITE_BUSY, database.App.TryExecute(Application.InsertSql(1, 100)));
        database.ReopenApp();
        database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    [Fact]
    public async Task A_database_that_is_locked_when_it_comes_back_is_an_error_event_within_three_intervals()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert();
        await replication.SyncAsync();
        var content = database.App.Image();
        database.CloseApp();
        foreach (var path in new[] { database.WalPath, database.WalIndexPath, database.Path }) File.Delete(path);
        await replication.WaitForAsync(ReplicationEventKind.Waiting);

        // it comes back in one piece, and locked from its first moment on
        await File.WriteAllBytesAsync(database["back.db"], content);
        using (var app = Application.Open(database["back.db"]))
        {
            app.Execute("PRAGMA locking_mode=EXCLUSIVE");
            app.Insert();
            File.Move(database["back.db"], database.Path);
            var error = await replication.WaitForErrorAsync(ReplicationEventKind.Waiting);
            Assert.Equal(ErrorCode.DatabaseLocked, Assert.IsType<LitestreamException>(error.Error).Code);
            app.Insert();
        }

        database.ReopenApp();
        database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    [Fact]
    public async Task A_storm_of_locks_delays_nothing_for_good()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { CheckpointPageCount = 20 });
        using var rival = Application.Open(database.Path);
        for (var round = 0; round < 100; round++)
        {
            rival.Execute("BEGIN EXCLUSIVE");
            Assert.Equal(raw.SQLITE_BUSY, database.App.TryExecute(Application.InsertSql(1, 100)));
            rival.Execute(Application.InsertSql(5, 500) + "COMMIT");
            rival.Checkpoint(round % 4);
            database.App.Insert();
        }

        await replication.SyncAsync();
        Assert.Equal(0, replication.Count(ReplicationEventKind.ContinuityLost));
        Assert.Equal(600, database.App.Number("SELECT count(*) FROM item"));
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    [Fact]
    public async Task A_reader_that_blocks_checkpoints_for_hours_holds_up_neither_capture_nor_shipping()
    {
        using var database = new TestDatabase();
        var time = new ShiftedTime();
        await using var replication = RunningReplication.Start(
            database, o => o with { CheckpointPageCount = 50, MaxSegmentsPerIndex = 10, ForcedCheckpointPageCount = 100 }, new() { Time = time });
        await replication.SyncAsync();
        database.App.Execute("PRAGMA busy_timeout=10000"); // a WAL this long is helped by a moment's write lock
        using var reader = Application.Open(database.Path);
        reader.Execute("BEGIN");
        _ = reader.Number("SELECT count(*) FROM item");
        for (var round = 0; round < 25; round++)
        {
            database.App.Insert(20, 1000);
            time.Skip(TimeSpan.FromMinutes(10));
            await replication.SyncAsync();
        }

        Assert.True(new FileInfo(database.WalPath).Length > 500_000, "the reader was to hold the WAL");
        Assert.Equal(0, replication.Count(ReplicationEventKind.ContinuityLost));
        await Restored.AssertIsAsync(database, database.App.Image());
        var perIndex = Directory.GetFiles(database["replica"], "*.wal.lz4", SearchOption.AllDirectories)
            .GroupBy(f => Path.GetFileName(f)[..8]).Select(g => g.Count()).ToList();
        Assert.True(perIndex.Count > 1, "the segments were to be spread over indexes");
        Assert.All(perIndex, count => Assert.InRange(count, 1, 10));

        reader.Execute("COMMIT");
        var life = Life();
        await replication.UntilAsync(() =>
        {
            database.App.Insert();
            time.Skip(TimeSpan.FromSeconds(1));
            return Life() != life;
        }, "the WAL is restarted");
        await replication.SyncAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        await Restored.AssertIsAsync(database, database.App.Image());

        string Life() => Convert.ToHexString(database.WalBytes().AsSpan(0, 32));
    }
}
