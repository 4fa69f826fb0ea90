using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Litestream.Engine.Sqlite;

/// <summary>
/// What a read transaction sees of the WAL: the header of the wal-index at its begin (WAL-mode file format, section 2.1),
/// taken through sqlite3_snapshot_get. Only what this says is committed is committed.
/// </summary>
/// <param name="Salt1">First salt of the WAL's life.</param>
/// <param name="Salt2">Second salt of the WAL's life.</param>
/// <param name="LastFrame">mxFrame: the last committed frame; 0 after a restart without a commit.</param>
/// <param name="Checksum">Running checksum at that frame; left over from the former life when it is 0.</param>
/// <param name="PageCount">Pages of the database.</param>
/// <param name="Commits">iChange: counts commits across lives, modulo 2^32; starts again when the index is rebuilt.</param>
public readonly record struct WalIndexSnapshot(
    uint Salt1, uint Salt2, uint LastFrame, WalChecksum Checksum, uint PageCount, uint Commits)
{
    /// <summary>Bytes of the structure.</summary>
    public const int Size = 48;

    /// <summary>Reads the structure: numbers in the machine's order, salts as they stand in the WAL's header.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    public static WalIndexSnapshot Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32BigEndian(bytes[32..]),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[36..]),
        MemoryMarshal.Read<uint>(bytes[16..]),
        new(MemoryMarshal.Read<uint>(bytes[24..]), MemoryMarshal.Read<uint>(bytes[28..])),
        MemoryMarshal.Read<uint>(bytes[20..]),
        MemoryMarshal.Read<uint>(bytes[8..]));
}
