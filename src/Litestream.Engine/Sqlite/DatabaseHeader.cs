using System.Buffers.Binary;

namespace Litestream.Engine.Sqlite;

/// <summary>The first 100 bytes of a database file, as far as the engine needs them (file format, section 1.3).</summary>
/// <param name="PageSize">Bytes a page.</param>
/// <param name="WriteVersion">Byte 18: 1 rollback journal, 2 WAL; anything else is unknown to us.</param>
/// <param name="ReadVersion">Byte 19: as byte 18.</param>
public readonly record struct DatabaseHeader(int PageSize, byte WriteVersion, byte ReadVersion)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 100;

    /// <summary>Value of bytes 18 and 19 of a database in WAL mode.</summary>
    public const byte WalVersion = 2;

    /// <summary>Value of bytes 18 and 19 of a database with a rollback journal.</summary>
    public const byte RollbackVersion = 1;

    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    /// <summary>Pages of the database; 0 where the header does not tell.</summary>
    public uint PageCount { get; init; }

    /// <summary>Whether the header says WAL mode.</summary>
    public bool IsWal => WriteVersion == WalVersion && ReadVersion == WalVersion;

    /// <summary>Reads a header; false if the bytes are not the start of a SQLite database.</summary>
    /// <param name="bytes">The first bytes of the file, at least <see cref="Size"/>.</param>
    /// <param name="header">The header.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out DatabaseHeader header)
    {
        header = default;
        if (bytes.Length < Size || !bytes.StartsWith(Magic)) return false;
        int raw = BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]);
        var pageSize = raw == 1 ? Sqlite.PageSize.Max : raw;
        if (!Sqlite.PageSize.IsValid(pageSize)) return false;
        // the count holds only where whoever changed the file last keeps it
        var isCounted = bytes.Slice(24, 4).SequenceEqual(bytes.Slice(92, 4));
        header = new(pageSize, bytes[18], bytes[19]) { PageCount = isCounted ? BinaryPrimitives.ReadUInt32BigEndian(bytes[28..]) : 0 };
        return true;
    }
}
