using System.Buffers.Binary;

namespace Litestream.Engine.Sqlite;

/// <summary>The header of a WAL frame (file format, section 4.1). All numbers are stored big-endian.</summary>
/// <param name="PageNumber">The page that follows, from 1.</param>
/// <param name="CommitSize">Pages of the database after the commit that this frame closes; 0 if it closes none.</param>
/// <param name="Salt1">First salt of the WAL's life.</param>
/// <param name="Salt2">Second salt of the WAL's life.</param>
/// <param name="Checksum">Running checksum up to and with this frame.</param>
public readonly record struct WalFrameHeader(
    uint PageNumber, uint CommitSize, uint Salt1, uint Salt2, WalChecksum Checksum)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 24;

    /// <summary>Whether the frame closes a transaction.</summary>
    public bool IsCommit => CommitSize != 0;

    /// <summary>Reads a header as it stands.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    public static WalFrameHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32BigEndian(bytes),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
        new(BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[20..])));

    /// <summary>Writes the header as it stands.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, PageNumber);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], CommitSize);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], Salt1);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], Salt2);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], Checksum.S1);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[20..], Checksum.S2);
    }

    /// <summary>The running checksum of a frame.</summary>
    /// <param name="before">That of the frame before, or of the WAL's header.</param>
    /// <param name="frame">Frame header and page.</param>
    /// <param name="bigEndian">See <see cref="WalHeader.BigEndianChecksums"/>.</param>
    public static WalChecksum ChecksumOf(WalChecksum before, ReadOnlySpan<byte> frame, bool bigEndian) =>
        before.Append(frame[..8], bigEndian).Append(frame[Size..], bigEndian);
}
