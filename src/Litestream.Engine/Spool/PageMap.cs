using System.Runtime.InteropServices;

namespace Litestream.Engine.Spool;

/// <summary>What every page of a database holds at one commit of the stream, as digests: 16 bytes a page. Where a digest is 0
/// the content is not known. For one thread at a time, but different pages may be set at once.</summary>
internal sealed class PageMap
{
    /// <summary>Pages a chunk: large enough to be made in the large object heap, where what lives long is not moved. Only the first one is smaller,
    /// where the database is: there may be thousands of them.</summary>
    private const int ChunkSize = 8192;

    private readonly List<UInt128[]> _chunks = [];

    /// <summary>Makes a map of no pages.</summary>
    public PageMap()
    {
    }

    /// <summary>Makes a map of pages whose content is not known.</summary>
    /// <param name="count">Pages of the database.</param>
    public PageMap(uint count) => SetCount(count);

    /// <summary>Pages of the database.</summary>
    public uint Count { get; private set; }

    /// <summary>The digest of a page.</summary>
    /// <param name="pageNumber">The page, from 1 to <see cref="Count"/>.</param>
    public UInt128 this[uint pageNumber]
    {
        get => _chunks[ChunkOf(pageNumber)][PlaceOf(pageNumber)];
        set => _chunks[ChunkOf(pageNumber)][PlaceOf(pageNumber)] = value;
    }

    /// <summary>Adds the page behind the last one.</summary>
    public void Add(UInt128 digest)
    {
        SetCount(Count + 1);
        this[Count] = digest;
    }

    /// <summary>Goes on to a later commit.</summary>
    public void Apply(PageChanges changes)
    {
        if (changes.IsEmpty) return;
        // pages that were cut off and came back without a frame hold nobody knows what
        SetCount(Math.Min(Count, changes.LeastCount));
        SetCount(changes.Count);
        foreach (var (pageNumber, digest) in changes.Digests) this[pageNumber] = digest;
    }

    /// <summary>The digests in order of the pages, as bytes in pieces, of which each is valid until the next.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ToBytes()
    {
        var piece = new byte[Math.Min(ChunkSize, Count) * PageDigest.Size];
        for (var done = 0u; done < Count; done += ChunkSize)
        {
            var digests = MemoryMarshal.AsBytes(_chunks[(int)(done / ChunkSize)].AsSpan(0, (int)Math.Min(ChunkSize, Count - done)));
            digests.CopyTo(piece);
            yield return piece.AsMemory(0, digests.Length);
        }
    }

    private static int ChunkOf(uint pageNumber) => (int)((pageNumber - 1) / ChunkSize);

    private static int PlaceOf(uint pageNumber) => (int)((pageNumber - 1) % ChunkSize);

    private void SetCount(uint count)
    {
        var chunks = (int)((count + ChunkSize - 1) / ChunkSize);
        GrowFirst(count);
        while (_chunks.Count < chunks) _chunks.Add(new UInt128[ChunkSize]);
        _chunks.RemoveRange(chunks, _chunks.Count - chunks);
        if (count < Count && count % ChunkSize != 0) Array.Clear(_chunks[^1], PlaceOf(count + 1), _chunks[^1].Length - PlaceOf(count + 1));
        Count = count;
    }

    private void GrowFirst(uint count)
    {
        var first = _chunks.Count == 0 ? [] : _chunks[0];
        if (first.Length >= Math.Min(count, ChunkSize)) return;
        // twice as large: pages may come one by one
        Array.Resize(ref first, (int)Math.Min(Math.Max(count, first.Length * 2u), ChunkSize));
        if (_chunks.Count == 0) _chunks.Add(first);
        else _chunks[0] = first;
    }
}
