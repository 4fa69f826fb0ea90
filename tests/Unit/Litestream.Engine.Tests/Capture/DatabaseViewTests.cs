using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Capture;

public sealed class DatabaseViewTests
{
    public static TheoryData<int, bool> Shapes => new()
    {
        { 512, false }, { 512, true }, { 4096, false }, { 4096, true }, { 65536, false }, { 65536, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_copy_is_the_database_at_its_commit_whatever_others_do(int pageSize, bool rests)
    {
        using var database = new TestDatabase(pageSize);
        database.App.Insert(40, 100_000);
        database.App.Checkpoint(Application.Truncate);
        database.App.Execute("UPDATE item SET data = randomblob(90000) WHERE id % 3 = 0");
        if (rests) Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Passive).Code);
        var expected = database.App.Image();
        var life = database.WalBytes()[..32];
        using var view = Open(database);

        var target = new InterleavedStream(number => Disturb(database.App, number));
        view.CopyTo(target, _ => { }, default);
        Assert.Equal(expected, target.ToArray());
        Assert.True(target.Writes >= 3);
        Assert.NotEqual(expected, database.App.Image());
        // whether it was in slot 0, where the next commit restarts the WAL, or above
        Assert.Equal(rests, !life.AsSpan().SequenceEqual(database.WalBytes().AsSpan(0, 32)));
    }

    [Theory]
    [InlineData(Application.Restart)]
    [InlineData(Application.Truncate)]
    public void The_copy_survives_a_WAL_that_vanishes_between_two_pages(int mode)
    {
        using var database = new TestDatabase(512);
        database.App.Insert(30, 100_000);
        Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Passive).Code);
        var expected = database.App.Image();
        using var view = Open(database);
        var target = new InterleavedStream(number =>
        {
            if (number != 1) return;
            Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(mode).Code);
            database.App.Execute("DELETE FROM item");
        });
        view.CopyTo(target, _ => { }, default);
        Assert.Equal(expected, target.ToArray());
    }

    [Theory]
    [InlineData("FULL")]
    [InlineData("INCREMENTAL")]
    public void The_copy_of_an_auto_vacuum_database_is_exact(string mode)
    {
        using var database = new TestDatabase(1024, $"PRAGMA auto_vacuum={mode}");
        database.App.Insert(300, 3000);
        database.App.Checkpoint(Application.Truncate);
        database.App.Execute("DELETE FROM item WHERE id > 100; PRAGMA incremental_vacuum;");
        AssertCopies(database);
    }

    [Fact]
    public void The_copy_of_a_database_that_shrank_has_its_new_size()
    {
        using var database = new TestDatabase();
        database.App.Insert(300, 3000);
        database.App.Checkpoint(Application.Truncate);
        var before = database.App.Image().Length;
        database.App.Execute("DELETE FROM item WHERE id > 10; VACUUM");
        Assert.True(database.App.Image().Length < before);
        Assert.Equal(before, database.FileBytes().Length);
        AssertCopies(database);
        database.App.Checkpoint(Application.Truncate);
        AssertCopies(database);
    }

    [Fact]
    public void The_copy_of_a_database_that_lives_in_its_WAL_alone_is_exact()
    {
        using var database = new TestDatabase();
        database.App.Insert(100, 3000);
        Assert.True(database.FileBytes().Length < database.App.Image().Length);
        AssertCopies(database);
    }

    [Fact]
    public void Point_is_where_capture_goes_on()
    {
        using var database = new TestDatabase();
        database.App.Insert(10);
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        using var view = session.TryOpenView()!;
        database.App.Insert(10);
        session.StartAt(view.Point);
        using var copy = new MemoryStream();
        view.CopyTo(copy, _ => { }, default);
        var sink = new FrameImage(copy.ToArray());
        session.TryCapture(sink);
        Assert.Equal(database.App.Image(), sink.Bytes);
        Assert.True(sink.Frames > 0);
    }

    [Fact]
    public void Progress_ends_at_Length()
    {
        using var database = new TestDatabase();
        database.App.Insert(30, 100_000);
        using var view = Open(database);
        var told = new List<long>();
        view.CopyTo(new MemoryStream(), told.Add, default);
        Assert.Equal(view.Length, told[^1]);
        Assert.Equal(told.Order(), told);
        Assert.Equal(view.Length, database.App.Image().Length);
    }

    [Fact]
    public void CopyTo_ends_when_cancelled()
    {
        using var database = new TestDatabase();
        database.App.Insert(30, 100_000);
        using var view = Open(database);
        using var stop = new CancellationTokenSource();
        var target = new InterleavedStream(_ => stop.Cancel());
        Assert.Throws<OperationCanceledException>(() => view.CopyTo(target, _ => { }, stop.Token));
        Assert.Equal(1, target.Writes);
    }

    [Fact]
    public void CopyTo_fails_when_a_committed_frame_does_not_hold()
    {
        using var database = new TestDatabase();
        database.App.Insert(10, 1000);
        database.ChangeWalByte(10);
        using var view = Open(database);
        Assert.Throws<ContinuityLostException>(() => view.CopyTo(new MemoryStream(), _ => { }, default));
    }

    private static void Disturb(Application app, int number)
    {
        app.Execute($"UPDATE item SET data = randomblob(80000) WHERE id % 4 = {number % 4}");
        app.Checkpoint(number % 4);
        app.Insert(2, 5000);
        app.Checkpoint(Application.Passive);
    }

    private static DatabaseView Open(TestDatabase database) =>
        DatabaseView.TryOpen(() => DatabaseConnection.Open(database.Path, vfsName: null), database.PageSize, () => true, () => { })!;

    private static void AssertCopies(TestDatabase database)
    {
        using var view = Open(database);
        using var copy = new MemoryStream();
        view.CopyTo(copy, _ => { }, default);
        Assert.Equal(database.App.Image(), copy.ToArray());
    }
}
