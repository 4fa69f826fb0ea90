using System.Collections.Concurrent;
using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Motion;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a device that hangs in a cut held up the loop all the same where somebody waited for a sync, a snapshot was due or the replication was
/// to stop; and a cut that failed beside capture took with it what a database had committed before it went.</summary>
public sealed class HungCutTests : HungDeviceTests
{
    public static TheoryData<string, string> Steps => new()
    {
        { "flush", ".wal.lz4.tmp" },
        { "rename", ".wal.lz4" },
        { "flush folder", "wal" },
        { "write", "/state" },
        { "flush", "/state" },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task The_WAL_is_captured_and_checkpointed_while_a_cut_hangs(string operation, string suffix)
    {
        await using var replication = await StartAsync(operation, suffix);
        var held = replication.Status.Replicas[0].Position;
        var sync = await HangAsync(replication);
        for (var lives = 0; lives < 3; lives++) await RestartAsync(replication);
        Assert.False(sync.IsCompleted, replication.Told());
        Assert.Equal(held, replication.Status.Replicas[0].Position);
        Spool.GoOn();
        await sync;
        await replication.SyncAsync();
        await ExpectNoTroubleAsync(replication);
    }

    [Fact]
    public async Task A_snapshot_that_is_due_waits_for_the_cut_and_the_loop_does_not()
    {
        var environment = new EngineEnvironment { Files = Spool.Files };
        var options = new ReplicationOptions { DatabasePath = Database.Path, SnapshotInterval = TimeSpan.FromTicks(1) };
        using var folder = MetadataFolder.Open(MetadataFolder.DefaultPath(Database.Path), Database.Path, environment);
        var spool = new SpoolFolder(folder, new(1), environment.Files);
        spool.Load();
        var events = new EventLog(Database.Path, environment.Time);
        using var recorder = new DatabaseRecorder(options, environment, spool, events);
        Assert.True(recorder.TryOpen(Database.Info, null, null, default));
        await recorder.Snapshot.FinishFirstAsync(default);
        var schedule = new SnapshotSchedule(options, environment);
        schedule.Note(recorder.Generation!.Value, 0, DateTimeOffset.UnixEpoch);
        var snapshots = new FurtherSnapshots(recorder, schedule, events);
        Database.App.Insert();
        recorder.TryCapture(default);
        Spool.Hang();
        Assert.True(recorder.Segments.BeginCut());
        await Spool.Hangs.WaitAsync(Patience);
        try
        {
            await Task.Run(snapshots.Step).WaitAsync(Patience);
            Assert.False(recorder.Snapshot.Exists);
        }
        finally
        {
            Spool.GoOn();
        }

        Assert.True(SpinWait.SpinUntil(() => recorder.Segments.HasEndedCut, Patience));
        recorder.Segments.Settle();
        snapshots.Step();
        Assert.True(recorder.Snapshot.Exists);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_cut_that_fails_loses_nothing(string operation, string suffix)
    {
        await using var replication = await StartAsync(operation, suffix);
        var generation = replication.Generation;
        var sync = await HangAsync(replication);
        await InsertCapturedAsync(replication, 10);
        Spool.GoOn(failures: 1);
        await sync;
        Assert.Equal(1, replication.Count(ReplicationEventKind.RetryScheduled));
        Assert.Equal(generation, replication.Generation);
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task It_loses_nothing_where_the_WAL_was_restarted_meanwhile(string operation, string suffix)
    {
        await using var replication = await StartAsync(operation, suffix);
        var generation = replication.Generation;
        var sync = await HangAsync(replication);
        await RestartAsync(replication);
        Spool.GoOn(failures: 1);
        await sync;
        await replication.SyncAsync();
        Assert.Equal(generation, replication.Generation);
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_stop_captures_again_what_a_cut_has_failed_to_keep(string operation, string suffix)
    {
        await using var replication = await StartAsync(operation, suffix);
        await HangAsync(replication);
        var stop = replication.StopAsync();
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Stopping, "it stops");
        Spool.GoOn(failures: 1);
        await stop;
        Assert.Equal(1, replication.Count(ReplicationEventKind.RetryScheduled));
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    [Fact]
    public async Task A_stop_that_takes_too_long_lets_the_WAL_go_whatever_the_device_does()
    {
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp", o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await HangAsync(replication);
        var stop = replication.StopAsync();
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Stopping, "it stops");
        await replication.UntilAsync(() => Database.App.Checkpoint(Application.Truncate).Code == 0, "the WAL is let go");
        Spool.GoOn();
        Assert.Equal(ErrorCode.Timeout, (await Assert.ThrowsAsync<LitestreamException>(() => stop)).Code);
        await using var next = RunningReplication.Start(Database);
        await next.SyncAsync();
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }

    [Fact]
    public async Task What_aDatabase_committed_before_it_was_replaced_outlives_a_cut_that_fails()
    {
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp");
        var former = replication.Generation;
        var other = Database.App.Image();
        await HangAsync(replication);
        await InsertCapturedAsync(replication, 10);
        var image = Database.App.Image();
        File.WriteAllBytes(Database["other.db"], other);
        File.Move(Database["other.db"], Database.Path, overwrite: true);
        File.Delete(Database.WalPath);
        File.Delete(Database.WalIndexPath);
        await Task.Delay(500); // it is noticed, and the cut waited for
        Spool.GoOn(failures: 1);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        await Restored.AssertFormerIsAsync(Database, former, image);
    }

    [Fact]
    public async Task A_cut_that_was_not_waited_for_is_not_written_over_by_what_a_replaced_database_held_last()
    {
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp", o => o with { SpoolLimit = Limit, ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        for (var large = 0; large < 4; large++)
        {
            Database.App.Insert(Limit / 30_000, 10_000); // a large WAL is left
            await replication.SyncAsync();
        }

        using var reader = Application.Open(Database.Path);
        Database.App.Insert();
        reader.Execute("BEGIN; SELECT count(*) FROM item"); // the WAL goes on from here
        await replication.SyncAsync();
        var names = new ConcurrentQueue<string>();
        var hang = Spool.Files.Before;
        Spool.Files.Before = (operation, path) =>
        {
            if (operation == "rename" && path.EndsWith(".wal.lz4", StringComparison.Ordinal)) names.Enqueue(path);
            hang(operation, path);
        };
        var other = Database.App.Image();
        _ = await HangAsync(replication);
        File.WriteAllBytes(Database["other.db"], other);
        File.Move(Database["other.db"], Database.Path, overwrite: true);
        await replication.UntilAsync(() =>
        {
            Database.App.Insert(4, 10_000); // who has the former file open goes on with its WAL
            return replication.Count(ReplicationEventKind.RetryScheduled) + replication.Count(ReplicationEventKind.ContinuityLost) > 0;
        }, "the cut is not waited for any more");
        Spool.GoOn();
        await replication.WaitForAsync(ReplicationEventKind.ContinuityLost);
        await replication.UntilAsync(() => !names.IsEmpty, "the cut has ended");
        await Task.Delay(500);
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public async Task Lost_continuity_is_told_though_the_cut_failed_too()
    {
        // the application has the removed files open to the end of the test: a last sync would wait for it
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp", o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await HangAsync(replication);
        File.Delete(Database.WalPath);
        File.Delete(Database.WalIndexPath);
        await Task.Delay(500); // it is noticed, and the cut waited for
        Spool.GoOn(failures: 1);
        await replication.WaitForAsync(ReplicationEventKind.ContinuityLost);
    }

    private async Task<RunningReplication> StartAsync(string operation, string suffix, Func<ReplicationOptions, ReplicationOptions>? change = null)
    {
        HangAt(operation, suffix);
        var replication = Start(change);
        await replication.SyncAsync();
        return replication;
    }

    /// <summary>Returns when a cut hangs and somebody waits for a sync.</summary>
    private async Task<Task> HangAsync(RunningReplication replication)
    {
        Spool.Hang();
        Database.App.Insert();
        await Spool.Hangs.WaitAsync(Patience);
        await InsertCapturedAsync(replication, 1);
        return replication.SyncAsync();
    }

    private Task InsertCapturedAsync(RunningReplication replication, int rows)
    {
        var from = replication.Status.Position;
        Database.App.Insert(rows);
        return replication.UntilAsync(() => replication.Status.Position > from, "it is captured");
    }

    /// <summary>Writes until the WAL begins anew: that is possible only where all of it was captured and checkpointed.</summary>
    private Task RestartAsync(RunningReplication replication)
    {
        var former = Database.Snapshot()?.Salt1;
        return replication.UntilAsync(() =>
        {
            _ = Database.App.TryExecute(Application.InsertSql(20, 1000)); // we may keep it out
            return Database.Snapshot()?.Salt1 != former;
        }, "the WAL begins anew");
    }

    private async Task ExpectNoTroubleAsync(RunningReplication replication)
    {
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal((0, 0), (replication.Count(ReplicationEventKind.RetryScheduled), replication.Count(ReplicationEventKind.ContinuityLost)));
        await Restored.AssertIsAsync(Database, Database.App.Image());
    }
}
