using Litestream.Engine.Drills;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Live;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Drills;

public sealed class StateSearchTests : IDisposable
{
    private const int PageSize = 4096;
    private static readonly Position s_start = new(0, 0);

    private readonly TempFolder _folder = new();
    private readonly byte[] _pages;
    private readonly IFile _file;

    public StateSearchTests()
    {
        using var database = new TestDatabase(PageSize);
        database.App.Insert(rows: 50, size: 3000);
        database.App.Execute("DELETE FROM item WHERE id > 20");
        _pages = database.App.Image();
        _file = LocalFileSystem.Instance.Open(_folder["db"], FileOpenMode.CreateNew);
        _file.Write(_pages, 0);
    }

    private uint PageCount => (uint)(_pages.Length / PageSize);

    [Fact]
    public void Same_pages_are_found_at_once()
    {
        var search = new StateSearch(Image(_pages), s_start);

        Assert.True(search.Loaded(_file, PageSize, PageCount, s_start));
        Assert.Equal((s_start, true), (search.Found, search.IsThorough));
    }

    [Fact]
    public void Unused_pages_count_for_nothing()
    {
        var leaves = FreeList.ReadLeaves(_file, PageSize);
        Assert.True(leaves.Count > 10);
        var live = _pages.ToArray();
        foreach (var leaf in leaves) live[(leaf - 1) * PageSize + 100] ^= 1;

        Assert.True(new StateSearch(Image(live), s_start).Loaded(_file, PageSize, PageCount, s_start));
        Assert.Equal(Image(_pages).ToDigest(leaves), Image(live).ToDigest(leaves));
    }

    [Fact]
    public void Every_page_in_use_counts()
    {
        var leaves = FreeList.ReadLeaves(_file, PageSize);
        for (var number = 1u; number <= PageCount; number++)
        {
            if (leaves.Contains(number)) continue;
            var live = _pages.ToArray();
            live[number * PageSize - 1] ^= 1;
            Assert.False(new StateSearch(Image(live), s_start).Loaded(_file, PageSize, PageCount, s_start), $"page {number}");
        }
    }

    [Fact]
    public void Commit_is_found_where_its_pages_are_written_and_not_before()
    {
        var search = new StateSearch(Image(_pages), s_start);
        Overwrite(2, 7);
        Overwrite(3, 7);
        Assert.False(search.Loaded(_file, PageSize, PageCount, s_start));

        Write(search, 2);
        Assert.False(search.Committed(new(0, 100), PageCount));
        Write(search, 3);
        Assert.False(search.Committed(new(0, 200), PageCount - 1));
        Write(search, PageCount);
        Assert.True(search.Committed(new(0, 300), PageCount));
        Assert.Equal(new Position(0, 300), search.Found);
    }

    [Fact]
    public void Commits_before_the_position_are_passed_over()
    {
        var search = new StateSearch(Image(_pages), new(1, 50));

        Assert.False(search.Loaded(_file, PageSize, PageCount, new(1, 0)));
        Assert.False(search.Committed(new(1, 50), PageCount));
        Assert.True(search.IsThorough);
        Assert.True(search.Committed(new(1, 51), PageCount));
    }

    [Fact]
    public void Snapshot_behind_the_position_makes_the_search_less_than_thorough()
    {
        var search = new StateSearch(Image(_pages), new(1, 50));

        Assert.True(search.Loaded(_file, PageSize, PageCount, new(2, 0)));
        Assert.False(search.IsThorough);
    }

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    private static DatabaseImage Image(byte[] pages)
    {
        var image = new DatabaseImage(PageSize);
        image.Add(pages);
        return image;
    }

    private void Overwrite(uint number, byte value)
    {
        var page = new byte[PageSize];
        Array.Fill(page, value);
        _file.Write(page, (number - 1L) * PageSize);
    }

    private void Write(StateSearch search, uint number)
    {
        var page = _pages.AsSpan((int)(number - 1) * PageSize, PageSize);
        _file.Write(page, (number - 1L) * PageSize);
        search.Written(number, page);
    }
}
