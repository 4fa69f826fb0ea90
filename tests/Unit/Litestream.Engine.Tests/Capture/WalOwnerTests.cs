using Litestream.Engine.Capture;
using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Capture;

/// <summary>Whether the WAL beside a file belongs to it, for files that may be there and the state that is known.</summary>
public sealed class WalOwnerTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_file_as_it_was_is_its_owner_however_much_of_the_WAL_it_holds(bool isBackfilled)
    {
        Write();
        var (pages, point) = Known();
        if (isBackfilled) _database.App.Checkpoint(Application.Passive);

        Assert.True(MayBelong(pages, point, isWhole: isBackfilled));
    }

    [Fact]
    public void What_was_committed_since_may_be_in_the_file_or_not()
    {
        Write();
        using var reader = Application.Open(_database.Path);
        reader.Execute("BEGIN");
        _ = reader.Number("SELECT count(*) FROM item");
        _database.App.Checkpoint(Application.Passive);
        var (pages, point) = Known();
        // the reader keeps the next commit from restarting the WAL
        _database.App.Execute("UPDATE item SET data = randomblob(900) WHERE id % 3 = 0");

        Assert.True(MayBelong(pages, point, isWhole: true));
        reader.Execute("ROLLBACK");
        _database.App.Checkpoint(Application.Passive);
        Assert.True(MayBelong(pages, point, isWhole: true));
    }

    /// <summary>A backup of a moment ago: the WAL would undo that somebody put it back.</summary>
    [Fact]
    public void Another_file_is_not_though_it_holds_what_a_frame_has_written()
    {
        _database.App.Checkpoint(Application.Truncate);
        _database.App.Insert(1);
        _database.App.Checkpoint(Application.Passive);
        using var reader = Application.Open(_database.Path);
        reader.Execute("BEGIN");
        _ = reader.Number("SELECT count(*) FROM item");
        var older = _database.FileBytes();
        _database.App.Insert(1);
        var (pages, point) = Known();

        Assert.False(MayBelongTo(older, pages, point, isWhole: false, isOtherFile: true));
        _database.App.Checkpoint(Application.Passive);
        Assert.True(MayBelongTo(_database.App.Image(), pages, point, isWhole: false, isOtherFile: true));
    }

    [Fact]
    public void A_commit_since_may_have_cut_the_file()
    {
        using var database = new TestDatabase(4096, "PRAGMA auto_vacuum=incremental");
        database.App.Insert(500, 3000);
        database.App.Checkpoint(Application.Truncate);
        database.App.Execute("DELETE FROM item WHERE id > 100");
        using var reader = Application.Open(database.Path);
        reader.Execute("BEGIN");
        _ = reader.Number("SELECT count(*) FROM item");
        var (pages, point) = Known(database);
        database.App.Execute("PRAGMA incremental_vacuum");
        reader.Execute("ROLLBACK");
        database.App.Checkpoint(Application.Passive);
        Assert.True(new FileInfo(database.Path).Length < pages.Count * 4096);

        using var connection = database.Connect();
        Assert.True(MayBelong(connection, pages, point, isWhole: false, isOtherFile: false));
    }

    /// <summary>The device was away, and the system was not restarted, or SQLite has given the salts of a life twice: nobody has replaced anything.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_WAL_that_lost_what_was_captured_of_it_is_not_doubted(bool goesOn, bool isWhole)
    {
        _database.App.Insert(500, 700);
        _database.App.Checkpoint(Application.Truncate);
        _database.App.Execute("UPDATE item SET data = randomblob(800) WHERE id < 20");
        var whole = (File: _database.FileBytes(), Wal: _database.WalBytes());
        _database.App.Execute("UPDATE item SET data = randomblob(800) WHERE id > 400");
        var (pages, point) = Known();
        _database.App.Dispose();
        File.WriteAllBytes(_database.Path, whole.File);
        File.WriteAllBytes(_database.Path + "-wal", whole.Wal);
        File.Delete(_database.Path + "-shm");
        using var app = Application.Open(_database.Path);
        // further than the point
        if (goesOn) app.Execute("UPDATE item SET data = randomblob(800) WHERE id < 200");

        Assert.True(MayBelong(pages, point, isWhole));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void An_older_state_of_the_database_is_not(bool isWhole, bool isOtherFile)
    {
        _database.App.Execute("UPDATE item SET data = x'01'");
        _database.App.Insert(3000, 500);
        _database.App.Checkpoint(Application.Truncate);
        var older = _database.App.Image();
        _database.App.Execute("UPDATE item SET data = randomblob(500)");
        _database.App.Checkpoint(Application.Truncate);
        _database.App.Execute("UPDATE item SET data = x'05' WHERE id = 1");
        if (isWhole) _database.App.Checkpoint(Application.Passive);
        var (pages, point) = Known();

        Assert.False(MayBelongTo(older, pages, point, isWhole, isOtherFile));
    }

    /// <summary>Where the WAL has written every page, only what is known besides tells.</summary>
    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void A_file_of_which_the_WAL_has_every_page_is_doubted_as_far_as_more_is_known(bool isWhole, bool isOtherFile, bool expected)
    {
        _database.App.Checkpoint(Application.Truncate);
        _database.App.Execute("INSERT INTO item(data) VALUES (x'02'); PRAGMA user_version=1;");
        var (pages, point) = Known();
        using var other = new TestDatabase();
        other.App.Execute("INSERT INTO item(data) VALUES (x'03')");

        Assert.Equal(expected, MayBelongTo(other.App.Image(), pages, point, isWhole, isOtherFile));
    }

    private void Write()
    {
        _database.App.Insert(500, 700);
        _database.App.Checkpoint(Application.Truncate);
        _database.App.Execute("UPDATE item SET data = randomblob(800) WHERE id % 5 = 0");
    }

    private (PageMap Pages, CapturePoint Point) Known() => Known(_database);

    private static (PageMap Pages, CapturePoint Point) Known(TestDatabase database)
    {
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        using var view = session.TryOpenView()!;
        using var image = new MemoryStream();
        view.CopyTo(image, _ => { }, default);
        var pages = new PageMap();
        foreach (var page in image.ToArray().Chunk(database.PageSize)) pages.Add(PageDigest.Of(page));
        return (pages, view.Point);
    }

    private bool MayBelong(PageMap pages, CapturePoint point, bool isWhole)
    {
        using var connection = _database.Connect();
        return MayBelong(connection, pages, point, isWhole, isOtherFile: false);
    }

    /// <summary>With another file in the place of the database, and the WAL as it is.</summary>
    private bool MayBelongTo(byte[] file, PageMap pages, CapturePoint point, bool isWhole, bool isOtherFile)
    {
        var path = _database["other.db"];
        File.WriteAllBytes(path, file);
        File.WriteAllBytes(path + "-wal", _database.WalBytes());
        using var connection = DatabaseConnection.Open(path, vfsName: null);
        return MayBelong(connection, pages, point, isWhole, isOtherFile);
    }

    private bool MayBelong(DatabaseConnection connection, PageMap pages, CapturePoint point, bool isWhole, bool isOtherFile)
    {
        Assert.True(connection.TryBeginRead());
        connection.EndTransaction();
        return new WalOwner(connection, pages, point) { IsWhole = isWhole, IsOtherFile = isOtherFile }.MayBelong(_database.PageSize, default);
    }
}
