using System.Buffers.Binary;

namespace Litestream.Engine.Sqlite;

/// <summary>The header of a WAL (file format, section 4.1). All numbers are stored big-endian.</summary>
/// <param name="PageSize">Bytes a page.</param>
/// <param name="CheckpointSequence">Counts restarts, but each connection by itself, so it proves nothing; our own stream puts a mark there.</param>
/// <param name="Salt1">First salt; frames of this life carry it.</param>
/// <param name="Salt2">Second salt.</param>
/// <param name="BigEndianChecksums">Whether checksums are computed over big-endian words.</param>
public readonly record struct WalHeader(
    int PageSize, uint CheckpointSequence, uint Salt1, uint Salt2, bool BigEndianChecksums)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 32;

    private const uint Magic = 0x377f0682;
    private const uint Version = 3007000;

    /// <summary>Bytes of a frame: its header and a page.</summary>
    public int FrameSize => WalFrameHeader.Size + PageSize;

    /// <summary>Where a frame starts in the file.</summary>
    /// <param name="frame">Number of the frame, from 1.</param>
    public long FrameOffset(uint frame) => Size + (long)(frame - 1) * FrameSize;

    /// <summary>Reads a header; false if the magic number, the version, the page size or the checksum does not hold.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    /// <param name="header">The header.</param>
    /// <param name="checksum">Its checksum: where that of the first frame goes on.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out WalHeader header, out WalChecksum checksum)
    {
        header = default;
        checksum = default;
        if (bytes.Length < Size) return false;
        var magic = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var pageSize = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        if ((magic & ~1u) != Magic || BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) != Version || !Sqlite.PageSize.IsValid(pageSize))
            return false;
        var bigEndian = (magic & 1) != 0;
        checksum = default(WalChecksum).Append(bytes[..24], bigEndian);
        if (checksum.S1 != BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]) || checksum.S2 != BinaryPrimitives.ReadUInt32BigEndian(bytes[28..]))
            return false;
        header = new(
            (int)pageSize,
            BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]),
            bigEndian);
        return true;
    }

    /// <summary>Writes the header with its checksum.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    /// <returns>The checksum: where that of the first frame goes on.</returns>
    public WalChecksum Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic | (BigEndianChecksums ? 1u : 0u));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], Version);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], (uint)PageSize);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], CheckpointSequence);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], Salt1);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[20..], Salt2);
        var checksum = default(WalChecksum).Append(bytes[..24], BigEndianChecksums);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[24..], checksum.S1);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[28..], checksum.S2);
        return checksum;
    }
}
