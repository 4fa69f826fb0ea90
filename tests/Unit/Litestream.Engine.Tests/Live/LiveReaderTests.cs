using System.Diagnostics;
using Litestream.Engine.Errors;
using Litestream.Engine.Live;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Live;

public sealed class LiveReaderTests : IDisposable
{
    private readonly TestDatabase _database = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reader_sees_one_commit_whatever_is_committed_meanwhile(bool isBackfilled)
    {
        _database.App.Insert(rows: 5, size: 5000);
        // a reader of a WAL that is wholly backfilled lets the next writer restart it
        if (isBackfilled) _database.App.Checkpoint(Application.Passive);
        using var reader = await LiveReader.OpenAsync(_database.Path, new(), default);
        for (var i = 0; i < 3; i++)
        {
            _database.App.Insert(rows: 5, size: 5000);
            _database.App.Checkpoint(Application.Passive);
        }

        var told = 0L;
        var image = reader.Read(done => told = done, default);

        Assert.Equal(reader.Length, told);
        Assert.True(told > 25_000);
        Assert.Equal("5", RowsIn(reader));
        Assert.True(image.PageCount < _database.App.Number("PRAGMA page_count"));
    }

    [Fact]
    public async Task Reader_keeps_nobody_from_writing_and_begins_beside_a_writer()
    {
        _database.App.Insert();
        _database.App.Execute("BEGIN IMMEDIATE");
        using var reader = await LiveReader.OpenAsync(_database.Path, new(), default);
        _database.App.Insert();
        _database.App.Execute("COMMIT");

        Assert.Equal("1", RowsIn(reader));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reader_leaves_beside_a_database_what_was_there(bool hasWal)
    {
        _database.App.Insert(rows: 5);
        if (hasWal) _database.App.LeaveWalOnClose();
        _database.CloseApp();
        var before = (_database.FileBytes(), File.Exists(_database.WalPath) ? _database.WalBytes() : null);
        Assert.Equal(hasWal, before.Item2 is not null);
        using (var reader = await LiveReader.OpenAsync(_database.Path, new(), default)) Assert.Equal("5", RowsIn(reader));

        Assert.Equal(before.Item1, _database.FileBytes());
        Assert.Equal(before.Item2, File.Exists(_database.WalPath) ? _database.WalBytes() : null);
        Assert.Equal(hasWal, File.Exists(_database.WalIndexPath));
    }

    /// <summary>Applications that open a database for a moment only take their WAL with them; one that a drill has made is of the drill's account.</summary>
    [Fact]
    public async Task Reader_leaves_no_WAL_where_the_one_that_it_saw_was_removed_before_it_opened()
    {
        _database.App.Insert(rows: 5);
        var files = new HookedFileSystem();
        files.Before = (_, path) =>
        {
            if (path != _database.WalIndexPath) return;
            files.Before = (_, _) => { };
            _database.CloseApp();
        };
        using (var reader = await LiveReader.OpenAsync(_database.Path, new() { Files = files }, default)) Assert.Equal("5", RowsIn(reader));

        Assert.False(File.Exists(_database.WalPath));
        Assert.False(File.Exists(_database.WalIndexPath));
    }

    [Fact]
    public async Task Readers_that_overlap_leave_no_WAL_at_rest()
    {
        _database.App.Insert(rows: 5);
        _database.CloseApp();
        var first = await LiveReader.OpenAsync(_database.Path, new(), default);
        using (var second = await LiveReader.OpenAsync(_database.Path, new(), default))
        {
            first.Dispose();
            Assert.True(File.Exists(_database.WalPath));
            Assert.Equal("5", RowsIn(second));
        }

        Assert.False(File.Exists(_database.WalPath));
        Assert.False(File.Exists(_database.WalIndexPath));
    }

    /// <summary>It is somebody's who has not written yet; his locks may be lost.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reader_leaves_a_WAL_that_somebody_has_open_by_now(bool hasWal)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "nothing else tells");
        _database.App.Insert(rows: 5);
        _database.CloseApp();
        if (hasWal) await File.WriteAllBytesAsync(_database.WalPath, []);
        var reader = await LiveReader.OpenAsync(_database.Path, new(), default);
        using var holder = Process.Start(new ProcessStartInfo("sh", ["-c", "exec 3<\"$0\"; echo; read end", _database.WalPath]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await holder.StandardOutput.ReadLineAsync();
        reader.Dispose();
        Assert.True(File.Exists(_database.WalPath));
        holder.StandardInput.Close();
        await holder.WaitForExitAsync();
    }

    [Fact]
    public async Task Database_that_is_not_in_WAL_mode_is_not_read()
    {
        _database.App.Execute("PRAGMA journal_mode=delete");

        var error = await Assert.ThrowsAsync<LitestreamException>(() => LiveReader.OpenAsync(_database.Path, new(), default));

        Assert.Equal(ErrorCode.DatabaseNotWal, error.Code);
    }

    public void Dispose() => _database.Dispose();

    private static string RowsIn(LiveReader reader)
    {
        reader.Read(_ => { }, default);
        return Assert.Single(reader.ReadColumn("SELECT count(*) FROM item", default));
    }
}
