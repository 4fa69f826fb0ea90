using System.Numerics;

namespace Litestream.Engine.Sqlite;

/// <summary>Page sizes of SQLite: powers of two from 512 to 65536 (file format, section 1.3.2).</summary>
public static class PageSize
{
    /// <summary>The smallest page.</summary>
    public const int Min = 512;

    /// <summary>The largest page.</summary>
    public const int Max = 65536;

    /// <summary>Offset of the byte whose page is never used: there SQLite takes its locks (file format, section 1.3).</summary>
    public const long LockByteOffset = 0x40000000;

    /// <summary>Whether a number is a legal page size.</summary>
    /// <param name="value">Bytes.</param>
    public static bool IsValid(long value) => value is >= Min and <= Max && BitOperations.IsPow2(value);

    /// <summary>Number of the lock page, which is never in the WAL and is all zeros in a snapshot.</summary>
    /// <param name="pageSize">A legal page size.</param>
    public static uint LockPage(int pageSize) => (uint)(LockByteOffset / pageSize) + 1;
}
