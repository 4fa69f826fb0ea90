using System.Collections;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Live;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Drills;

/// <summary>
/// Ends a restore at the commit at which it holds what the live database held. Which pages differ is kept up to date from commit to
/// commit, so that looking at each costs no more than what it writes.
/// </summary>
/// <param name="live">The live database.</param>
/// <param name="from">A position that the commit is not before.</param>
internal sealed class StateSearch(DatabaseImage live, Position from) : IRestoreObserver
{
    private readonly BitArray _differs = new(checked((int)live.PageCount + 1));
    private IFile? _file;
    private int _pageSize;
    private uint _pageCount;
    private uint _differing;
    private bool _isComparing;

    /// <summary>The commit; null if none has been found.</summary>
    public Position? Found { get; private set; }

    /// <summary>Whether no commit from the position on was passed over: the snapshot does not stand behind it.</summary>
    public bool IsThorough { get; private set; }

    /// <inheritdoc/>
    public bool Loaded(IFile file, int pageSize, uint pageCount, Position position)
    {
        (_file, _pageSize, _pageCount) = (file, pageSize, pageCount);
        IsThorough = position <= from;
        return position >= from && IsFoundAt(position);
    }

    /// <inheritdoc/>
    public void Written(uint first, ReadOnlySpan<byte> pages)
    {
        if (!_isComparing) return;
        for (var number = first; pages.Length > 0; pages = pages[_pageSize..], number++) Compare(number, pages[.._pageSize]);
    }

    /// <inheritdoc/>
    public bool Committed(Position position, uint pageCount)
    {
        // pages that are cut off, and come back without being written, hold nobody knows what
        for (var number = pageCount + 1; _isComparing && number <= Math.Min(_pageCount, live.PageCount); number++) Mark(number, differs: true);
        _pageCount = pageCount;
        return position > from && IsFoundAt(position);
    }

    private bool IsFoundAt(Position position)
    {
        if (_pageSize != live.PageSize) return false;
        if (!_isComparing) CompareAll();
        if (_pageCount != live.PageCount || !AreOnlyUnusedPagesDifferent()) return false;
        Found = position;
        return true;
    }

    private void CompareAll()
    {
        _isComparing = true;
        var page = new byte[_pageSize];
        for (var number = 1u; number <= live.PageCount; number++)
        {
            page.AsSpan(_file!.Read(page, (number - 1L) * _pageSize)).Clear();
            if (number <= _pageCount) Compare(number, page);
            else Mark(number, differs: true);
        }
    }

    private bool AreOnlyUnusedPagesDifferent()
    {
        if (_differing == 0) return true;
        if (_differs[1] || FreeList.Count(_file!) < _differing) return false;
        return FreeList.ReadLeaves(_file!, _pageSize).Count(p => p <= live.PageCount && _differs[(int)p]) == _differing;
    }

    private void Compare(uint number, ReadOnlySpan<byte> page)
    {
        if (number <= live.PageCount) Mark(number, !live.Holds(number, page));
    }

    private void Mark(uint number, bool differs)
    {
        if (_differs[(int)number] == differs) return;
        _differs[(int)number] = differs;
        if (differs) _differing++;
        else _differing--;
    }
}
