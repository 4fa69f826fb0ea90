namespace Litestream.Engine.Spool;

/// <summary>What committed transactions in a row made of a database's pages.</summary>
internal sealed class PageChanges
{
    private readonly Dictionary<uint, UInt128> _digests = [];
    private uint _highest;

    /// <summary>Whether there was no transaction.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Pages of the database after the last transaction; 0 if there was none.</summary>
    public uint Count { get; private set; }

    /// <summary>The fewest pages that the database had after any of the transactions.</summary>
    public uint LeastCount { get; private set; } = uint.MaxValue;

    /// <summary>The pages that were written, and what they hold now.</summary>
    public IReadOnlyDictionary<uint, UInt128> Digests => _digests;

    /// <summary>Whether a database of so many pages can have become what it is now: a page that comes has been written, but for the one that SQLite locks. Who
    /// asks before it applies them needs no memory for pages that nobody has written.</summary>
    public bool CanFollow(long count) => Count <= count + _digests.Count + 1;

    /// <summary>Adds the changes of later transactions.</summary>
    public void Add(PageChanges later)
    {
        if (later.IsEmpty) return;
        SetCount(later.LeastCount);
        foreach (var (pageNumber, digest) in later._digests) Set(pageNumber, digest);
        SetCount(later.Count);
    }

    /// <summary>Notes what a page holds now.</summary>
    public void Set(uint pageNumber, UInt128 digest)
    {
        _digests[pageNumber] = digest;
        _highest = Math.Max(_highest, pageNumber);
    }

    /// <summary>Cuts the database to so many pages, or lets it grow.</summary>
    public void SetCount(uint count)
    {
        Count = count;
        LeastCount = Math.Min(LeastCount, count);
        if (_highest <= count) return;
        foreach (var pageNumber in _digests.Keys.Where(p => p > count).ToList()) _digests.Remove(pageNumber);
        _highest = count;
    }
}
