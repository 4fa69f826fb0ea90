using System.Collections;
using Litestream.Engine.Live;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Verification;

/// <summary>Looks, while a generation is replayed, for a commit at which it holds what the live database held. Which pages differ is kept up to date from commit to commit, so that looking
/// at each costs no more than what it writes: one bit a page besides. A page of which nobody knows what the generation holds counts as the same: SQLite did not write it, as it means
/// nothing.</summary>
/// <param name="live">The live database.</param>
internal sealed class SourceSearch(DatabaseImage live)
{
    private readonly BitArray _differs = new(checked((int)live.PageCount + 1));
    private bool _isComparing;
    private uint _pageCount;
    private uint _differing;

    /// <summary>Whether such a commit was found.</summary>
    public bool IsFound { get; private set; }

    /// <summary>Goes on from a snapshot.</summary>
    /// <param name="pages">What it holds.</param>
    /// <param name="pageSize">Bytes a page.</param>
    public void Begin(PageMap pages, int pageSize)
    {
        _isComparing = !IsFound && pageSize == live.PageSize;
        if (!_isComparing) return;
        CompareFrom(1, pages);
        Settle(pages);
    }

    /// <summary>Goes on to a commit.</summary>
    /// <param name="pages">What is held by now.</param>
    /// <param name="changes">What has led there.</param>
    public void Commit(PageMap pages, PageChanges changes)
    {
        if (!_isComparing || IsFound) return;
        foreach (var number in changes.Digests.Keys) Compare(number, pages);
        // pages that have come, or were cut off and have come back
        CompareFrom(Math.Min(_pageCount, changes.LeastCount) + 1, pages);
        Settle(pages);
    }

    private void Settle(PageMap pages)
    {
        _pageCount = pages.Count;
        // what is behind the end of fewer pages is compared when it comes back
        IsFound = _pageCount == live.PageCount && _differing == 0;
    }

    private void CompareFrom(uint first, PageMap pages)
    {
        for (var number = first; number <= Math.Min(pages.Count, live.PageCount); number++) Compare(number, pages);
    }

    private void Compare(uint number, PageMap pages)
    {
        if (number > Math.Min(pages.Count, live.PageCount)) return;
        var differs = pages[number] != default && !live.Holds(number, pages[number]);
        if (_differs[(int)number] == differs) return;
        _differs[(int)number] = differs;
        if (differs) _differing++;
        else _differing--;
    }
}
