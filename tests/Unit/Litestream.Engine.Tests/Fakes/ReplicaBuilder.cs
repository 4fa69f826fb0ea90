using System.Buffers.Binary;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>Builds one generation of a replica from pages that say which write they are of.</summary>
internal sealed class ReplicaBuilder(string generation = "0123456789abcdef", int pageSize = 512)
{
    /// <summary>The time of the first object; each further one is a minute later unless told otherwise.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private int _minutes;
    private WalWriter? _wal;

    public MemoryReplicaClient Client { get; init; } = new();

    public GenerationId Generation { get; } = GenerationId.Parse(generation);

    public int PageSize => pageSize;

    public int Index { get; private set; } = -1;

    /// <summary>A time by its minute.</summary>
    public static DateTimeOffset At(double minute) => Start.AddMinutes(minute);

    /// <summary>A page whose content tells which write it is of; page 1 begins with a database header.</summary>
    public static byte[] Page(int pageSize, uint number, byte version)
    {
        var page = new byte[pageSize];
        Array.Fill(page, version);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(pageSize - 4), number);
        if (number != 1) return page;
        "SQLite format 3\0"u8.CopyTo(page);
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(16), (ushort)(pageSize == 65536 ? 1 : pageSize));
        page[18] = page[19] = 2;
        return page;
    }

    public byte[] Page(uint number, byte version) => Page(pageSize, number, version);

    /// <summary>Adds a snapshot of pages 1 to a number, all of one version.</summary>
    public ReplicaBuilder Snapshot(int index, uint pages = 3, byte version = 1, double? minute = null)
    {
        var content = Enumerable.Range(1, (int)pages).SelectMany(p => Page((uint)p, version)).ToArray();
        return Put(ObjectKey.Snapshot(Generation, index), content, minute);
    }

    /// <summary>Begins the WAL of an index.</summary>
    public ReplicaBuilder Wal(int index, uint? salt = null, bool bigEndian = false)
    {
        Index = index;
        _wal = new(pageSize, salt ?? 1000 + (uint)index, 77, bigEndian);
        return this;
    }

    /// <summary>Adds a transaction to the WAL: pages of a version, the last one with the commit.</summary>
    public ReplicaBuilder Commit(byte version, uint size, params uint[] pages)
    {
        for (var i = 0; i < pages.Length; i++)
            _wal!.Frame(pages[i], Page(pages[i], version), i == pages.Length - 1 ? size : 0);
        return this;
    }

    /// <summary>Adds frames without a commit.</summary>
    public ReplicaBuilder Frames(byte version, params uint[] pages)
    {
        foreach (var page in pages) _wal!.Frame(page, Page(page, version));
        return this;
    }

    public ReplicaBuilder Raw(params byte[] bytes)
    {
        _wal!.Raw(bytes);
        return this;
    }

    /// <summary>What the WAL has got since the last time.</summary>
    public (long Offset, byte[] Bytes) TakeWal() => _wal!.Take();

    /// <summary>Puts what the WAL has got since the last time as a segment.</summary>
    public ReplicaBuilder Segment(double? minute = null)
    {
        var (offset, bytes) = TakeWal();
        return Put(ObjectKey.Segment(Generation, new(Index, offset)), bytes, minute);
    }

    /// <summary>Puts an object compressed.</summary>
    public ReplicaBuilder Put(string key, byte[] content, double? minute = null)
    {
        using var frame = new MemoryStream();
        using (var encoder = Lz4Frame.Encode(frame)) encoder.Write(content);
        Client.Objects[key] = (frame.ToArray(), At(minute ?? _minutes++));
        return this;
    }

    public string SegmentKey(int index, long offset) => ObjectKey.Segment(Generation, new(index, offset));

    /// <summary>Where the n-th frame of an index ends.</summary>
    public long EndOfFrame(int frame) => 32 + frame * (24L + pageSize);

    /// <summary>Adds what it holds, of this builder's client, to a folder.</summary>
    public async Task CopyToAsync(IReplicaClient target)
    {
        foreach (var (key, (content, time)) in Client.Objects)
            await target.PutAsync(key, new MemoryStream(content), time, default);
    }
}
