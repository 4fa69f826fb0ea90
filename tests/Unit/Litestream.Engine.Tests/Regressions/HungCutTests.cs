using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Motion;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a device that hangs in a cut held up the loop all the same where somebody waited for a sync, a snapshot was due or the replication was
/// to stop; and a cut that failed beside capture took with it what a database had committed before it went.</summary>
public sealed class HungCutTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TestDatabase _database = new();
    private HangingSpool _spool = new("flush", ".wal.lz4.tmp");

    public static TheoryData<string, string> Steps => new()
    {
        { "flush", ".wal.lz4.tmp" },
        { "rename", ".wal.lz4" },
        { "flush folder", "wal" },
        { "write", "/state" },
        { "flush", "/state" },
    };

    public void Dispose()
    {
        _spool.Dispose();
        _database.Dispose();
    }

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
        _spool.GoOn();
        await sync;
        await replication.SyncAsync();
        await ExpectNoTroubleAsync(replication);
    }

    [Fact]
    public async Task A_snapshot_that_is_due_waits_for_the_cut_and_the_loop_does_not()
    {
        var environment = new EngineEnvironment { Files = _spool.Files };
        var options = new ReplicationOptions { DatabasePath = _database.Path, SnapshotInterval = TimeSpan.FromTicks(1) };
        using var folder = MetadataFolder.Open(MetadataFolder.DefaultPath(_database.Path), _database.Path, environment);
        var spool = new SpoolFolder(folder, new(1), environment.Files);
        spool.Load();
        var events = new EventLog(_database.Path, environment.Time);
        using var recorder = new DatabaseRecorder(options, environment, spool, events);
        Assert.True(recorder.TryOpen(_database.Info, null, null, default));
        await recorder.Snapshot.FinishFirstAsync(default);
        var schedule = new SnapshotSchedule(options, environment);
        schedule.Note(recorder.Generation!.Value, 0, DateTimeOffset.UnixEpoch);
        var snapshots = new FurtherSnapshots(recorder, schedule, events);
        _database.App.Insert();
        recorder.TryCapture(default);
        _spool.Hang();
        Assert.True(recorder.Segments.BeginCut());
        await _spool.Hangs.WaitAsync(s_patience);
        try
        {
            await Task.Run(snapshots.Step).WaitAsync(s_patience);
            Assert.False(recorder.Snapshot.Exists);
        }
        finally
        {
            _spool.GoOn();
        }

        Assert.True(SpinWait.SpinUntil(() => recorder.Segments.HasEndedCut, s_patience));
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
        _spool.GoOn(failures: 1);
        await sync;
        Assert.Equal(1, replication.Count(ReplicationEventKind.RetryScheduled));
        Assert.Equal(generation, replication.Generation);
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task It_loses_nothing_where_the_WAL_was_restarted_meanwhile(string operation, string suffix)
    {
        await using var replication = await StartAsync(operation, suffix);
        var generation = replication.Generation;
        var sync = await HangAsync(replication);
        await RestartAsync(replication);
        _spool.GoOn(failures: 1);
        await sync;
        await replication.SyncAsync();
        Assert.Equal(generation, replication.Generation);
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_stop_captures_again_what_a_cut_has_failed_to_keep(string operation, string suffix)
    {
        await using var replication = await StartAsync(operation, suffix);
        await HangAsync(replication);
        var stop = replication.StopAsync();
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Stopping, "it stops");
        _spool.GoOn(failures: 1);
        await stop;
        Assert.Equal(1, replication.Count(ReplicationEventKind.RetryScheduled));
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [Fact]
    public async Task A_stop_that_takes_too_long_lets_the_WAL_go_whatever_the_device_does()
    {
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp", o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
        await HangAsync(replication);
        var stop = replication.StopAsync();
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Stopping, "it stops");
        await replication.UntilAsync(() => _database.App.Checkpoint(Application.Truncate).Code == 0, "the WAL is let go");
        _spool.GoOn();
        Assert.Equal(ErrorCode.Timeout, (await Assert.ThrowsAsync<LitestreamException>(() => stop)).Code);
        await using var next = RunningReplication.Start(_database);
        await next.SyncAsync();
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [Fact]
    public async Task What_a_database_committed_before_it_was_replaced_outlives_a_cut_that_fails()
    {
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp");
        var former = replication.Generation;
        var other = _database.App.Image();
        await HangAsync(replication);
        await InsertCapturedAsync(replication, 10);
        var image = _database.App.Image();
        File.WriteAllBytes(_database["other.db"], other);
        File.Move(_database["other.db"], _database.Path, overwrite: true);
        File.Delete(_database.WalPath);
        File.Delete(_database.WalIndexPath);
        await Task.Delay(500); // it is noticed, and the cut waited for
        _spool.GoOn(failures: 1);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        await Restored.AssertFormerIsAsync(_database, former, image);
    }

    [Fact]
    public async Task Lost_continuity_is_told_though_the_cut_failed_too()
    {
        await using var replication = await StartAsync("flush", ".wal.lz4.tmp");
        await HangAsync(replication);
        File.Delete(_database.WalPath);
        File.Delete(_database.WalIndexPath);
        await Task.Delay(500); // it is noticed, and the cut waited for
        _spool.GoOn(failures: 1);
        await replication.WaitForAsync(ReplicationEventKind.ContinuityLost);
    }

    private async Task<RunningReplication> StartAsync(string operation, string suffix, Func<ReplicationOptions, ReplicationOptions>? change = null)
    {
        _spool.Dispose();
        _spool = new(operation, suffix);
        _database.App.Insert(10);
        var replication = RunningReplication.Start(_database, o => (change ?? (same => same))(o with
        {
            CheckpointPageCount = 50,
            ForcedCheckpointPageCount = 100,
        }), new() { Files = _spool.Files });
        await replication.SyncAsync();
        return replication;
    }

    /// <summary>Returns when a cut hangs and somebody waits for a sync.</summary>
    private async Task<Task> HangAsync(RunningReplication replication)
    {
        _spool.Hang();
        _database.App.Insert();
        await _spool.Hangs.WaitAsync(s_patience);
        await InsertCapturedAsync(replication, 1);
        return replication.SyncAsync();
    }

    private Task InsertCapturedAsync(RunningReplication replication, int rows)
    {
        var from = replication.Status.Position;
        _database.App.Insert(rows);
        return replication.UntilAsync(() => replication.Status.Position > from, "it is captured");
    }

    /// <summary>Writes until the WAL begins anew: that is possible only where all of it was captured and checkpointed.</summary>
    private Task RestartAsync(RunningReplication replication)
    {
        var former = _database.Snapshot()?.Salt1;
        return replication.UntilAsync(() =>
        {
            _ = _database.App.TryExecute(Application.InsertSql(20, 1000)); // we may keep it out
            return _database.Snapshot()?.Salt1 != former;
        }, "the WAL begins anew");
    }

    private async Task ExpectNoTroubleAsync(RunningReplication replication)
    {
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal((0, 0), (replication.Count(ReplicationEventKind.RetryScheduled), replication.Count(ReplicationEventKind.ContinuityLost)));
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }
}
