using System.Buffers.Binary;

namespace Litestream.Engine.Sqlite;

/// <summary>Estimates how many entries a table or index has, from a few pages of its B-tree (file format, section 1.6): counting would read all of them.</summary>
/// <param name="pageSize">Bytes a page.</param>
/// <param name="read">Fills a buffer from a byte offset of the database file; false if it can't.</param>
internal sealed class TreeEstimate(int pageSize, TreeEstimate.PageReader read)
{
    private const int ChildrenLookedAt = 3;

    /// <summary>More than any tree has: a damaged one may lead in a circle.</summary>
    private const int MaxDepth = 20;

    private const byte InteriorIndex = 2;
    private const byte InteriorTable = 5;
    private const byte LeafIndex = 10;
    private const byte LeafTable = 13;

    private const int LeafHeader = 8;
    private const int InteriorHeader = 12;

    /// <summary>Reads a page.</summary>
    /// <param name="page">Is filled.</param>
    /// <param name="offset">Byte offset in the file.</param>
    public delegate bool PageReader(Span<byte> page, long offset);

    /// <summary>The entries below a page; 0 where it makes no sense.</summary>
    /// <param name="root">Its number, from 1.</param>
    public double CountBelow(uint root) => CountBelow(root, MaxDepth);

    private double CountBelow(uint number, int depth)
    {
        var page = new byte[pageSize];
        if (number == 0 || depth == 0 || !read(page, (number - 1L) * pageSize)) return 0;
        var header = number == 1 ? DatabaseHeader.Size : 0;
        int entries = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(header + 3));
        if (header + LeafHeader + 2 * entries > pageSize) return 0;
        return page[header] switch
        {
            LeafTable or LeafIndex => entries,
            InteriorTable => CountBelow(page, header, entries, depth),
            InteriorIndex => entries + CountBelow(page, header, entries, depth),
            _ => 0,
        };
    }

    private double CountBelow(byte[] page, int header, int entries, int depth)
    {
        var children = entries + 1;
        var looks = Math.Min(children, ChildrenLookedAt);
        var found = 0d;
        for (var look = 0; look < looks; look++) found += CountBelow(ChildOf(page, header, (2 * look + 1) * children / (2 * looks), entries), depth - 1);
        return found / looks * children;
    }

    private uint ChildOf(byte[] page, int header, int child, int entries)
    {
        if (child == entries) return BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(header + LeafHeader));
        var pointer = header + InteriorHeader + 2 * child;
        var cell = pointer + 2 <= pageSize ? BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(pointer)) : pageSize;
        return cell + 4 <= pageSize ? BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(cell)) : 0;
    }
}
