using Litestream.Engine.Live;
using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Verification;
using Xunit;

namespace Litestream.Engine.Tests.Verification;

public sealed class SourceSearchTests
{
    private const int Size = 512;

    private PageMap _pages = new();

    [Fact]
    public void A_snapshot_that_holds_the_same_is_found_and_one_of_other_pages_is_not()
    {
        Assert.True(Begin([1, 2, 3], Live(1, 2, 3)).IsFound);
        Assert.False(Begin([1, 2, 4], Live(1, 2, 3)).IsFound);
        Assert.False(Begin([1, 2], Live(1, 2, 3)).IsFound);
        Assert.False(Begin([1, 2, 3, 4], Live(1, 2, 3)).IsFound);
    }

    [Fact]
    public void A_commit_is_found_when_its_last_page_is_as_in_the_database()
    {
        var search = Begin([1, 9, 9], Live(1, 2, 3));
        Assert.False(Commit(search, 3, (2, 2)));
        Assert.False(Commit(search, 3, (3, 8)));
        Assert.True(Commit(search, 3, (3, 3)));
        // what comes then is of no matter
        Assert.True(Commit(search, 3, (3, 8)));
    }

    [Fact]
    public void Pages_that_come_and_go_are_held_against_the_database_when_they_are_there()
    {
        var search = Begin([1, 2, 9, 9], Live(1, 2, 3, 4));
        Assert.False(Commit(search, 2, (1, 7)));
        Assert.False(Commit(search, 3, (3, 3)));
        Assert.False(Commit(search, 4, (4, 4)));
        Assert.True(Commit(search, 4, (1, 1)));

        search = Begin([1, 2], Live(1, 2, 3));
        Assert.False(Commit(search, 4, (3, 3), (4, 4)));
        Assert.True(Commit(search, 3, (1, 1)));
    }

    /// <summary>They are unused: SQLite does not write such pages.</summary>
    [Fact]
    public void Pages_of_which_nobody_knows_what_they_hold_count_as_the_same()
    {
        var search = Begin([1, 9, 9], Live(1, 2, 3));
        Assert.False(Commit(search, 1, (1, 7)));
        Assert.False(Commit(search, 3, (1, 7)));
        Assert.True(Commit(search, 3, (1, 1)));

        search = Begin([1, 9, 9], Live(1, 2, 3));
        var changes = new PageChanges();
        changes.SetCount(1);
        changes.Set(1, Digest(1));
        changes.SetCount(3);
        _pages.Apply(changes);
        search.Commit(_pages, changes);
        Assert.True(search.IsFound);
    }

    [Fact]
    public void The_page_that_SQLite_locks_counts_for_nothing()
    {
        // far out: of a small database no page is it
        var lockPage = PageSize.LockPage(65536);
        var live = new DatabaseImage(65536);
        var pages = new PageMap(lockPage + 1);
        var zeros = new byte[65536];
        for (var number = 1u; number <= lockPage + 1; number++) live.Add(zeros);
        var page = PageDigest.Of(zeros);
        for (var number = 1u; number <= lockPage + 1; number++) pages[number] = page;
        pages[lockPage] = 4711;
        var search = new SourceSearch(live);
        search.Begin(pages, 65536);
        Assert.True(search.IsFound);
    }

    [Fact]
    public void Pages_of_another_size_are_not_compared()
    {
        for (var number = 1; number <= 3; number++) _pages.Add(Digest(number));
        var search = new SourceSearch(Live(1, 2, 3));
        search.Begin(_pages, 2 * Size);
        Assert.False(search.IsFound);
        Assert.False(Commit(search, 3, (1, 1)));
        // the next snapshot is of the database's size
        search.Begin(_pages, Size);
        Assert.True(search.IsFound);
    }

    private SourceSearch Begin(int[] contents, DatabaseImage live)
    {
        _pages = new();
        foreach (var content in contents) _pages.Add(Digest(content));
        var search = new SourceSearch(live);
        search.Begin(_pages, Size);
        return search;
    }

    private bool Commit(SourceSearch search, uint count, params (uint Page, int Content)[] written)
    {
        var changes = Changes(count, written);
        _pages.Apply(changes);
        search.Commit(_pages, changes);
        return search.IsFound;
    }

    private static PageChanges Changes(uint count, params (uint Page, int Content)[] written)
    {
        var changes = new PageChanges();
        foreach (var (page, content) in written) changes.Set(page, Digest(content));
        changes.SetCount(count);
        return changes;
    }

    private static DatabaseImage Live(params int[] contents)
    {
        var image = new DatabaseImage(Size);
        foreach (var content in contents) image.Add(Page(content));
        return image;
    }

    private static UInt128 Digest(int content) => PageDigest.Of(Page(content));

    private static byte[] Page(int content)
    {
        var page = new byte[Size];
        Array.Fill(page, (byte)content);
        return page;
    }
}
