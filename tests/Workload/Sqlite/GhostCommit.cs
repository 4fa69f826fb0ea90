using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Workload.Sqlite;

/// <summary>
/// Finds a commit that stands whole in the WAL but not in the wal-index: its writer died between the two, and as long as
/// others are connected nobody will ever see it. Layout: file format, section 4, and walformat.html, section 2.
/// </summary>
internal static class GhostCommit
{
    private const int IndexHeaderSize = 48;
    private const int FrameHeaderSize = 24;
    private const int WalHeaderSize = 32;

    /// <summary>Looks behind the last frame that the wal-index knows, while the write lock keeps others out.</summary>
    /// <param name="path">The database.</param>
    /// <returns>Whether a ghost stands there; null if the write lock was not to be had.</returns>
    public static bool? Find(string path)
    {
        SafeFileHandle? index = null, wal = null;
        try
        {
            using var database = Database.Open(path, 50);
            database.Execute("BEGIN IMMEDIATE");
            index = File.OpenHandle($"{path}-shm", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            wal = File.OpenHandle($"{path}-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var found = Find(index, wal);
            database.Execute("ROLLBACK");
            return found;
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            return null;
        }
        finally
        {
            // only now: closing any handle on -shm drops all locks that this process holds on it
            index?.Dispose();
            wal?.Dispose();
        }
    }

    private static bool Find(SafeFileHandle index, SafeFileHandle wal)
    {
        var header = new byte[IndexHeaderSize];
        if (RandomAccess.Read(index, header, 0) < header.Length) return false;
        var pageSize = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(14)) is var size && size == 1 ? 65536 : size;
        var frame = new byte[FrameHeaderSize + pageSize];
        var s1 = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(24));
        var s2 = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(28));
        long offset = WalHeaderSize + (long)BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(16)) * frame.Length;
        for (; RandomAccess.Read(wal, frame, offset) == frame.Length; offset += frame.Length)
        {
            if (!frame.AsSpan(8, 8).SequenceEqual(header.AsSpan(32, 8))) return false;
            Sum(frame.AsSpan(0, 8));
            Sum(frame.AsSpan(FrameHeaderSize));
            var (f1, f2) = (BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(16)), BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(20)));
            if (s1 != f1 || s2 != f2) return false;
            if (BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0) return true;
        }

        return false;

        void Sum(ReadOnlySpan<byte> bytes)
        {
            for (var i = 0; i < bytes.Length; i += 8)
            {
                s1 = unchecked(s1 + BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]) + s2);
                s2 = unchecked(s2 + BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i + 4)..]) + s1);
            }
        }
    }
}
