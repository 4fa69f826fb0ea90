using Litestream.Engine.Format;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Spool;

/// <summary>
/// The end of the replica's WAL, which is a stream of our own in SQLite's format: own salts, own checksums, own index
/// boundaries. It is not tied to the lives of the source's WAL, because a transaction can still be appended to an old life
/// after a snapshot that was taken at its supposed end.
/// </summary>
/// <param name="Position">Index and bytes of it so far.</param>
/// <param name="PageSize">Bytes a page.</param>
/// <param name="Salt1">First salt of this index; the next index has one more, as a restarted WAL has.</param>
/// <param name="Salt2">Second salt of this index; names the end of the index before it (<see cref="IndexLink"/>).</param>
/// <param name="Checksum">Running checksum at the end; meaningless at offset 0.</param>
/// <param name="SegmentCount">Segments of this index so far.</param>
public sealed record StreamHead(
    Position Position, int PageSize, uint Salt1, uint Salt2, WalChecksum Checksum, int SegmentCount)
{
    /// <summary>Header of this index's WAL. Little-endian checksums: the machines that read and write are.</summary>
    public WalHeader Header => new(PageSize, IndexLink.Mark, Salt1, Salt2, BigEndianChecksums: false);

    /// <summary>The begin of a generation.</summary>
    public static StreamHead Start(int pageSize, Random random) =>
        new(new(0, 0), pageSize, NextUInt32(random), NextUInt32(random), default, 0);

    /// <summary>The begin of the next index.</summary>
    public StreamHead NextIndex() => new(
        new(Position.Index + 1, 0), PageSize, unchecked(Salt1 + 1), IndexLink.Salt2After(Checksum, Position.Offset), default, 0);

    private static uint NextUInt32(Random random) => (uint)random.NextInt64(1L << 32);
}
