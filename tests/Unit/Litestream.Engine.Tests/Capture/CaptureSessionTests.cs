using Litestream.Engine.Capture;
using Litestream.Engine.Tests.Sqlite;
using Microsoft.Extensions.Time.Testing;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Capture;

public sealed class CaptureSessionTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly CaptureSession _session;
    private readonly FrameImage _sink;

    public CaptureSessionTests()
    {
        App.Insert(5);
        _session = CaptureSession.TryOpen(_database.Info, new())!;
        _sink = Start();
    }

    private Application App => _database.App;

    [Theory]
    [InlineData(Application.Restart)]
    [InlineData(Application.Truncate)]
    public void A_foreign_checkpoint_cannot_restart_the_WAL_under_the_reader(int mode)
    {
        App.Insert();
        Assert.Equal(raw.SQLITE_BUSY, App.Checkpoint(mode).Code);
        Assert.False(_session.IsResting);
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(_session, _sink, CheckpointEffort.Yielding));
        Assert.True(_session.IsResting);
        Assert.Equal(raw.SQLITE_OK, App.Checkpoint(mode).Code);
    }

    [Fact]
    public void What_there_is_no_room_for_waits_for_another_capture_and_nothing_is_checkpointed_meanwhile()
    {
        App.Insert(10, 1000);
        var (before, image) = (_session.Point, _sink.Bytes);
        foreach (var room in new[] { -1L, 0, 4119, 8000 })
        {
            _sink.Room = room;
            Assert.Null(_session.TryCapture(_sink));
            Assert.Equal(CheckpointOutcome.Hindered, Checkpointer.TryRest(_session, _sink, CheckpointEffort.HoldingFirst));
        }

        Assert.Equal(before, _session.Point);
        Assert.Equal(image, _sink.Bytes);
        Assert.False(_session.IsWalForeign);
        _sink.Room = long.MaxValue;
        Assert.True(_session.TryCapture(_sink) > 0);
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void A_rest_lets_one_restart_pass_and_capture_goes_on()
    {
        for (var life = 0; life < 4; life++)
        {
            App.Insert(10);
            _session.TryCapture(_sink);
            Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(_session, _sink, CheckpointEffort.Yielding));
            Assert.Equal(raw.SQLITE_OK, App.Checkpoint(Application.Truncate).Code);
            App.Insert(10);
            Assert.True(_session.TryCapture(_sink) > 0);
            Checkpointer.LeaveRest(_session, _sink);
            Assert.False(_session.IsResting);
        }

        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void A_second_restart_cannot_pass_a_resting_reader()
    {
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(_session, _sink, CheckpointEffort.Yielding));
        Assert.Equal(raw.SQLITE_OK, App.Checkpoint(Application.Truncate).Code);
        App.Insert(10);
        Assert.NotEqual(raw.SQLITE_OK, App.Checkpoint(Application.Truncate).Code);
        App.Insert(10);
        Assert.True(_session.TryCapture(_sink) > 0);
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void After_rest_the_next_commit_restarts_the_WAL_by_itself()
    {
        App.Insert(200, 500);
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(_session, _sink, CheckpointEffort.Yielding));
        App.Insert();
        Assert.InRange(_database.Snapshot()!.Value.LastFrame, 1u, 5u);
    }

    [Fact]
    public void After_LeaveRest_an_application_can_backfill_its_WAL_again()
    {
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(_session, _sink, CheckpointEffort.Yielding));
        App.Insert(3000, 500);
        Assert.Equal(0, App.Checkpoint(Application.Passive).Backfilled);
        _session.TryCapture(_sink);
        Checkpointer.LeaveRest(_session, _sink);
        var (code, frames, backfilled) = App.Checkpoint(Application.Passive);
        Assert.Equal((raw.SQLITE_OK, frames), (code, backfilled));
        Assert.True(frames > 300);
    }

    [Fact]
    public void TryHandOver_throws_before_a_capture()
    {
        Assert.True(_session.TryHandOver());
        Assert.Throws<InvalidOperationException>(() => _session.TryHandOver());
        _session.TryCapture(_sink);
        Assert.True(_session.TryHandOver());
    }

    [Fact]
    public void TryRest_fails_when_a_writer_commits_in_between()
    {
        App.Insert();
        _sink.Taking = () => App.Insert();
        Assert.Equal(CheckpointOutcome.Hindered, Checkpointer.TryRest(_session, _sink, CheckpointEffort.Yielding));
        _sink.Taking = () => { };
        Assert.False(_session.IsResting);
        Assert.Equal(raw.SQLITE_BUSY, App.Checkpoint(Application.Truncate).Code);
        _session.TryCapture(_sink);
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Theory]
    [InlineData(CheckpointEffort.HoldingLast)]
    [InlineData(CheckpointEffort.HoldingFirst)]
    internal void TryRest_keeps_the_writer_out_where_that_is_needed(CheckpointEffort effort)
    {
        App.Insert();
        var code = 0;
        // a writer that never pauses: it commits whenever frames are taken
        _sink.Taking = () => code = App.TryExecute(Application.InsertSql(1, 10));
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(_session, _sink, effort));
        Assert.Equal(raw.SQLITE_BUSY, code);
        _sink.Taking = () => { };
        Assert.True(_session.IsResting);
        App.Insert();
        Assert.True(_session.TryCapture(_sink) > 0);
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Theory]
    [InlineData(Application.Full)]
    [InlineData(Application.Restart)]
    [InlineData(Application.Truncate)]
    public async Task TryYield_lets_a_waiting_checkpoint_pass_and_loses_nothing(int mode)
    {
        App.Insert(10);
        _session.TryCapture(_sink);
        App.Insert(10);
        using var other = Application.Open(_database.Path);
        other.Execute("PRAGMA busy_timeout=30000; SELECT count(*) FROM item");
        var waiting = Task.Run(() => other.Checkpoint(mode));
        while (!waiting.IsCompleted) Checkpointer.TryYield(_session, _sink);
        Assert.Equal(raw.SQLITE_OK, (await waiting).Code);
        App.Insert(10);
        _session.TryCapture(_sink);
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void TryYield_leaves_the_reader_alone_while_nobody_has_backfilled_up_to_it()
    {
        App.Insert();
        _session.TryCapture(_sink);
        Assert.True(_session.TryHandOver());
        Assert.False(Checkpointer.TryYield(_session, _sink));
        Assert.Equal(raw.SQLITE_OK, App.Checkpoint(Application.Passive).Code);
        Assert.True(Checkpointer.TryYield(_session, _sink));
        Assert.True(_session.IsResting);
    }

    [Fact]
    public void Holding_writers_waits_for_none_and_keeps_the_next_one_out()
    {
        App.Execute("BEGIN IMMEDIATE");
        Assert.Null(_session.Writers.TryTake(patience: 1));
        App.Execute("COMMIT");
        using (_session.Writers.TryTake(patience: 1))
            Assert.Equal(raw.SQLITE_BUSY, App.TryExecute(Application.InsertSql(1, 10)));
        App.Insert();
    }

    [Fact]
    public void Writers_are_let_in_though_whoever_keeps_them_out_waits_for_ever()
    {
        var time = new FakeTimeProvider();
        using var session = CaptureSession.TryOpen(_database.Info, new() { Time = time })!;
        using var writers = session.Writers.TryTake(patience: 1);
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(raw.SQLITE_BUSY, App.TryExecute(Application.InsertSql(1, 10)));
        time.Advance(TimeSpan.FromMilliseconds(1));
        App.Insert();
    }

    [Fact]
    public void Writers_are_kept_out_after_a_time_unless_that_is_over_before()
    {
        var time = new FakeTimeProvider();
        using var session = CaptureSession.TryOpen(_database.Info, new() { Time = time })!;
        using (var unneeded = session.Writers.TakeAfter(TimeSpan.FromMilliseconds(30), patience: 1))
        {
            time.Advance(TimeSpan.FromMilliseconds(29));
            App.Insert();
            Assert.Null(unneeded.Take());
        }

        using (var hold = session.Writers.TakeAfter(TimeSpan.FromMilliseconds(30), patience: 1000))
        {
            time.Advance(TimeSpan.FromMilliseconds(30));
            // with gaps between its commits, as a hold has to find one
            Assert.True(SpinWait.SpinUntil(() =>
            {
                Thread.Sleep(5);
                return App.TryExecute(Application.InsertSql(1, 10)) == raw.SQLITE_BUSY;
            }, TimeSpan.FromMinutes(1)));
            using (hold.Take()) Assert.Equal(raw.SQLITE_BUSY, App.TryExecute(Application.InsertSql(1, 10)));
            App.Insert();
        }
    }

    [Fact]
    public void TryHandOver_throws_after_a_rewind_until_it_is_captured_again()
    {
        var before = _session.Point;
        App.Insert();
        _session.TryCapture(_sink);
        _session.RewindTo(before);
        Assert.Throws<InvalidOperationException>(() => _session.TryHandOver());
        Assert.True(_session.TryCapture(_sink) > 0);
        Assert.True(_session.TryHandOver());
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void TryRest_fails_while_an_application_reads_an_older_state()
    {
        using var reader = Application.Open(_database.Path);
        reader.Execute("BEGIN; SELECT count(*) FROM item");
        App.Insert();
        Assert.Equal(CheckpointOutcome.Hindered, Checkpointer.TryRest(_session, _sink, CheckpointEffort.Yielding));
        Assert.Equal(CheckpointOutcome.HinderedByReader, Checkpointer.TryRest(_session, _sink, CheckpointEffort.HoldingLast));
        Assert.Equal(CheckpointOutcome.HinderedByReader, Checkpointer.TryRest(_session, _sink, CheckpointEffort.HoldingFirst));
        reader.Execute("COMMIT");
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(_session, _sink, CheckpointEffort.Yielding));
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData("")]
    public void A_removed_file_breaks_continuity(string suffix)
    {
        App.Insert();
        File.Move(_database.Path + suffix, _database["moved"]);
        Assert.ThrowsAny<ContinuityLostException>(() => _session.TryCapture(_sink));
        Assert.ThrowsAny<ContinuityLostException>(() => _session.Checkpoint());
        Assert.ThrowsAny<ContinuityLostException>(() => _session.TryOpenView());
        Assert.ThrowsAny<ContinuityLostException>(() => _session.TryHandOver());
        Assert.Equal(0u, _sink.Frames);
    }

    [Fact]
    public void A_replaced_database_breaks_continuity()
    {
        File.WriteAllBytes(_database["other.db"], App.Image());
        File.Move(_database["other.db"], _database.Path, overwrite: true);
        Assert.ThrowsAny<ContinuityLostException>(() => _session.TryCapture(_sink));
    }

    [Fact]
    public void The_application_cannot_leave_WAL_mode_meanwhile() =>
        Assert.NotEqual("delete", App.Text("PRAGMA journal_mode=delete"));

    [Fact]
    public void Closing_leaves_the_WAL_and_checkpoints_nothing()
    {
        using var database = new TestDatabase();
        database.App.LeaveWalOnClose();
        database.App.Insert(20, 500);
        var session = CaptureSession.TryOpen(database.Info, new())!;
        database.CloseApp();
        var (file, wal) = (database.FileBytes(), database.WalBytes());
        session.Dispose();
        Assert.True(File.Exists(database.WalIndexPath));
        Assert.Equal(wal, database.WalBytes());
        Assert.Equal(file, database.FileBytes());
    }

    [Fact]
    public void Closing_releases_the_WAL()
    {
        Assert.Equal(raw.SQLITE_BUSY, App.Checkpoint(Application.Truncate).Code);
        _session.Dispose();
        Assert.Equal(raw.SQLITE_OK, App.Checkpoint(Application.Truncate).Code);
    }

    [Fact]
    public void TryOpen_answers_null_when_the_database_is_locked()
    {
        using var database = new TestDatabase();
        database.ReopenApp();
        database.App.Execute("PRAGMA locking_mode=EXCLUSIVE");
        database.App.Insert();
        Assert.Null(CaptureSession.TryOpen(database.Info, new()));
    }

    [Fact]
    public void TryResume_goes_on_after_the_session_was_closed()
    {
        App.Insert();
        _session.TryCapture(_sink);
        var point = _session.Point;
        _session.Dispose();
        App.Insert();
        using var next = CaptureSession.TryOpen(_database.Info, new())!;
        var former = _sink.Frames;
        Assert.Null(next.TryResume(point, _sink));
        Assert.True(_sink.Frames > former);
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void TryResume_refuses_after_the_WAL_was_restarted()
    {
        _session.Dispose();
        Assert.Equal(raw.SQLITE_OK, App.Checkpoint(Application.Truncate).Code);
        App.Insert(100, 500);
        using var next = CaptureSession.TryOpen(_database.Info, new())!;
        Assert.NotNull(next.TryResume(_session.Point, _sink));
    }

    public void Dispose()
    {
        _session.Dispose();
        _database.Dispose();
    }

    private FrameImage Start()
    {
        using var view = _session.TryOpenView()!;
        _session.StartAt(view.Point);
        return new(App.Image());
    }
}
