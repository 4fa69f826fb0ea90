using System.Buffers.Binary;
using Litestream.Engine.Format;
using Litestream.Engine.Sqlite;

namespace Litestream.Fuzz.Formats;

/// <summary>Replicas that are right, to begin with.</summary>
internal static class WalSeeds
{
    /// <summary>A snapshot of some pages.</summary>
    public static byte[] Snapshot(int pages)
    {
        var content = new byte[pages * WalParts.PageSize];
        "SQLite format 3\0"u8.CopyTo(content);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(16), WalParts.PageSize);
        content[18] = content[19] = 2;
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(28), pages);
        return content;
    }

    /// <summary>A WAL of frames, without checksums: <see cref="WalParts.Repair"/> makes them.</summary>
    public static byte[] Wal(uint sequence, params (uint Page, uint CommitSize)[] frames)
    {
        var bytes = new byte[WalHeader.Size + frames.Length * (WalFrameHeader.Size + WalParts.PageSize)];
        new WalHeader(WalParts.PageSize, sequence, 1000, 77, BigEndianChecksums: false).Write(bytes);
        var rest = bytes.AsSpan(WalHeader.Size);
        foreach (var (page, commitSize) in frames)
        {
            new WalFrameHeader(page, commitSize, 0, 0, default).Write(rest);
            rest[WalFrameHeader.Size..].Fill((byte)page);
            rest = rest[(WalFrameHeader.Size + WalParts.PageSize)..];
        }

        return bytes;
    }

    /// <summary>Replicas: of one index and of several, of ours and of Litestream's, whole and cut anywhere.</summary>
    public static IEnumerable<byte[]> Replicas()
    {
        var one = Wal(0, (2, 0), (3, 3), (2, 3));
        var other = Wal(0, (1, 2), (2, 2));
        yield return Make(new WalPart(0, sbyte.MinValue, Snapshot(2)), new WalPart(0, 0, one));
        yield return Make(new WalPart(0, sbyte.MinValue, Snapshot(2)), new WalPart(0, 0, one), new WalPart(1, 0, other));
        yield return Make(new WalPart(0, sbyte.MinValue, Snapshot(2)), new WalPart(0, 0, one[..100]), new WalPart(0, 0, one[100..]), new WalPart(1, sbyte.MinValue, Snapshot(3)));
        yield return Make(
            new WalPart(0, sbyte.MinValue, Snapshot(2)), new WalPart(0, 0, Wal(IndexLink.Mark, (2, 0), (3, 3))),
            new WalPart(1, sbyte.MinValue, Snapshot(3)), new WalPart(1, 0, Wal(IndexLink.Mark, (1, 3))));
        yield return Make(new WalPart(0, sbyte.MinValue, Snapshot(2)), new WalPart(0, 0, one), new WalPart(0, 1, other), new WalPart(2, 0, other));
    }

    private static byte[] Make(params WalPart[] parts) => WalParts.Repair(WalParts.Write(parts));
}
