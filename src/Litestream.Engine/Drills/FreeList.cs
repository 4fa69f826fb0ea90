using System.Buffers.Binary;
using Litestream.Engine.Files;

namespace Litestream.Engine.Drills;

/// <summary>The unused pages of a database file (file format, section 1.5). What a leaf of the list holds means nothing, and SQLite
/// need not even write it: two files of the same database may differ there.</summary>
internal static class FreeList
{
    private const int FirstTrunkOffset = 32;
    private const int CountOffset = 36;

    /// <summary>How many unused pages there are, by the header.</summary>
    public static uint Count(IFile file) => ReadNumber(file, CountOffset);

    /// <summary>The leaves of the list; a list that is damaged is read as far as it makes sense.</summary>
    /// <param name="file">The database.</param>
    /// <param name="pageSize">Bytes a page.</param>
    public static HashSet<uint> ReadLeaves(IFile file, int pageSize)
    {
        var (leaves, trunks) = (new HashSet<uint>(), new HashSet<uint>());
        var page = new byte[pageSize];
        var left = Count(file);
        for (var trunk = ReadNumber(file, FirstTrunkOffset); trunk > 1 && left > 0 && trunks.Add(trunk); left--)
        {
            if (file.Read(page, (trunk - 1L) * pageSize) < pageSize) break;
            var count = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(4)), (uint)(pageSize / 4 - 2));
            for (var leaf = 0; leaf < count && left > 1; leaf++, left--) leaves.Add(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(8 + 4 * leaf)));
            trunk = BinaryPrimitives.ReadUInt32BigEndian(page);
        }

        return leaves;
    }

    private static uint ReadNumber(IFile file, int offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        return file.Read(bytes, offset) < bytes.Length ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
