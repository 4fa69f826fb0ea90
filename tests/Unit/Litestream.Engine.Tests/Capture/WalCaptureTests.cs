using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Capture;

public sealed class WalCaptureTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly DatabaseConnection _reader;
    private readonly WalCapture _capture = new();
    private readonly FrameImage _sink;

    public WalCaptureTests()
    {
        _database.App.Insert(5);
        _reader = _database.Connect();
        _capture.StartAt(CapturePoint.At(_database.Snapshot()));
        _sink = new(_database.App.Image());
    }

    private Application App => _database.App;

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void Capture_takes_exactly_what_is_committed(int pageSize)
    {
        using var database = new TestDatabase(pageSize);
        using var reader = database.Connect();
        using var writer = Application.Open(database.Path);
        var capture = new WalCapture();
        var sink = new FrameImage(database.App.Image());
        capture.StartAt(CapturePoint.At(database.Snapshot()));
        for (var commit = 1; commit <= 3; commit++)
        {
            var frames = database.Snapshot()!.Value.LastFrame;
            database.App.Insert(20 * commit, 400);
            var committed = database.App.Image();
            writer.Execute("PRAGMA cache_size=1; BEGIN; " + Application.InsertSql(300, 400));
            Assert.True(reader.TryBeginRead());
            Assert.Equal(database.Snapshot()!.Value.LastFrame - frames, capture.Capture(reader, sink));
            reader.EndTransaction();
            writer.Execute("ROLLBACK");
            Assert.Equal(committed, sink.Bytes);
            Assert.Equal(commit, sink.Commits);
        }
    }

    [Fact]
    public void Capture_gives_up_when_what_it_went_back_for_is_in_a_life_that_has_ended()
    {
        var durable = _capture.Point;
        App.Insert(3);
        Capture();
        App.Execute("PRAGMA wal_checkpoint(RESTART)");
        App.Insert(1);
        _capture.RewindTo(durable);
        Assert.Contains("durable", Assert.Throws<ContinuityLostException>(() => Capture()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Capture_takes_again_what_it_went_back_for()
    {
        var durable = _capture.Point;
        App.Insert(3);
        var frames = Capture();
        _capture.RewindTo(durable);
        Assert.Equal(frames, Capture());
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void What_was_prepared_in_a_transaction_is_captured_in_it_and_never_in_another()
    {
        App.Insert(3);
        Assert.True(_reader.TryBeginRead());
        _capture.Prepare(_reader);
        var prepared = App.Image();
        App.Insert(3);
        Assert.True(_capture.Capture(_reader, _sink) > 0);
        _reader.EndTransaction();
        Assert.Equal(prepared, _sink.Bytes);

        Assert.True(_reader.TryBeginRead());
        _capture.Prepare(_reader);
        _reader.EndTransaction();
        _capture.Forget();
        App.Insert(3);
        Assert.True(Capture() > 0);
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void Capture_takes_more_than_one_read_of_frames()
    {
        App.Insert(60, 50_000);
        Assert.True(Capture() > 600);
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void Capture_takes_no_commit_frame_that_is_not_in_the_index()
    {
        WalSurgeon.AppendGhost(_database, 2, 2, 2, 2, 2);
        Assert.Equal(0u, Capture());
        App.Insert();
        var tail = _database.WalBytes();
        Assert.True(tail.Length > 32 + (24 + 4096) * (int)_database.Snapshot()!.Value.LastFrame, "the ghost was to be longer");
        Assert.InRange(Capture()!.Value, 1u, 3u);
        App.Insert(100, 500);
        Capture();
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void Capture_sees_a_changed_byte_in_a_frame()
    {
        App.Insert();
        _database.ChangeWalByte(10);
        AssertLost("checksum");
    }

    [Fact]
    public void Capture_sees_a_frame_with_other_salts()
    {
        App.Insert();
        _database.OverwriteWal(_database.WalBytes().Length - 4096 - 24 + 8, [1, 2, 3, 4]);
        AssertLost("another life");
    }

    [Fact]
    public void Capture_sees_frames_that_hold_but_are_not_those_of_the_index()
    {
        var first = _database.Snapshot()!.Value.LastFrame + 1;
        App.Insert();
        var count = (int)(_database.Snapshot()!.Value.LastFrame - first + 1);
        WalSurgeon.Replace(_database, first, [.. Enumerable.Repeat(2u, count)]);
        AssertLost("do not lead");
    }

    [Fact]
    public void Capture_sees_a_WAL_that_ends_too_early()
    {
        App.Insert(100, 500);
        using (var wal = File.OpenHandle(_database.WalPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            RandomAccess.SetLength(wal, RandomAccess.GetLength(wal) - 5000);
        AssertLost("ends before frame");
    }

    [Fact]
    public void Capture_sees_a_captured_frame_that_is_another_one_now()
    {
        App.Insert();
        Capture();
        _capture.StartAt(_capture.Point with { Checksum = new(1, 2) });
        AssertLost("not the one that was captured");
    }

    [Theory]
    [InlineData(Application.Restart)]
    [InlineData(Application.Truncate)]
    public void Capture_sees_a_commit_that_a_restart_took_away(int mode)
    {
        App.Insert();
        Assert.Equal(0, App.Checkpoint(mode).Code);
        App.Insert();
        AssertLost("2 commits were made and 1 were found");
    }

    [Fact]
    public void Capture_sees_a_commit_that_a_restart_took_away_before_the_next_one()
    {
        App.Insert();
        Assert.Equal(0, App.Checkpoint(Application.Truncate).Code);
        AssertLost("1 commits were made and 0 were found");
    }

    [Theory]
    [InlineData(Application.Restart)]
    [InlineData(Application.Truncate)]
    public void Capture_goes_on_after_a_restart_when_all_was_captured(int mode)
    {
        App.Insert();
        Capture();
        Assert.Equal(0, App.Checkpoint(mode).Code);
        Assert.Equal(0u, Capture());
        App.Insert(30);
        Assert.Equal(_database.Snapshot()!.Value.LastFrame, Capture());
        App.Insert();
        Capture();
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void Capture_goes_on_after_several_restarts_without_a_commit()
    {
        for (var restart = 0; restart < 3; restart++)
        {
            Assert.Equal(0, App.Checkpoint(Application.Truncate).Code);
            Assert.Equal(0u, Capture());
        }

        App.Insert();
        Capture();
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void Capture_leaves_its_point_when_it_fails()
    {
        var before = _capture.Point;
        App.Insert();
        _database.ChangeWalByte(10);
        AssertLost("checksum");
        Assert.Equal(before, _capture.Point);
    }

    [Fact]
    public void TryResume_goes_on_in_the_same_life()
    {
        App.Insert();
        Capture();
        var point = _capture.Point;
        App.Insert();
        var later = new WalCapture();
        Assert.Null(Resume(later, point));
        Assert.Equal(point.Frame, later.Point.Frame);
        Read(r => later.Capture(r, _sink));
        Assert.Equal(App.Image(), _sink.Bytes);
    }

    [Fact]
    public void TryResume_refuses_another_life()
    {
        Assert.Equal(0, App.Checkpoint(Application.Truncate).Code);
        App.Insert(50);
        Assert.NotNull(Resume(new(), _capture.Point));
    }

    [Fact]
    public void TryResume_refuses_a_point_without_a_life() => Assert.NotNull(Resume(new(), CapturePoint.None));

    [Fact]
    public void TryResume_refuses_a_shorter_WAL() =>
        Assert.Contains("shorter", Resume(new(), _capture.Point with { Frame = _capture.Point.Frame + 1 }), StringComparison.Ordinal);

    [Fact]
    public void TryResume_refuses_another_checksum() =>
        Assert.Contains("overwritten", Resume(new(), _capture.Point with { Checksum = new(3, 4) }), StringComparison.Ordinal);

    [Theory]
    [InlineData(1u)]
    [InlineData(3u)]
    public void TryResume_refuses_overwritten_frames_before_the_last_one(uint frame)
    {
        App.Insert(50, 500);
        Capture();
        var last = _database.WalBytes()[^(24 + 4096)..];
        WalSurgeon.Replace(_database, frame, 2);
        Assert.Equal(last, _database.WalBytes()[^(24 + 4096)..]);
        Assert.NotNull(Resume(new(), _capture.Point));
    }

    [Fact]
    public void TryResume_leaves_its_point_when_it_refuses()
    {
        var later = new WalCapture();
        Resume(later, _capture.Point with { Checksum = new(3, 4) });
        Assert.Equal(CapturePoint.None, later.Point);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _database.Dispose();
    }

    private uint? Capture() => Read(r => _capture.Capture(r, _sink));

    private string? Resume(WalCapture capture, CapturePoint point) => Read(r => capture.TryResume(r, point));

    private T Read<T>(Func<DatabaseConnection, T> read)
    {
        Assert.True(_reader.TryBeginRead());
        try
        {
            return read(_reader);
        }
        finally
        {
            _reader.EndTransaction();
        }
    }

    private void AssertLost(string reason) =>
        Assert.Contains(reason, Assert.Throws<ContinuityLostException>(() => Capture()).Message, StringComparison.Ordinal);
}
