using System.Runtime.InteropServices;

namespace Litestream.Engine.Sqlite;

/// <summary>Calls of SQLite's C interface that SQLitePCLRaw does not offer, into the same native library.</summary>
internal static unsafe partial class SqliteNative
{
    public const int FileControlPersistWal = 10;
    public const int FileControlFilePointer = 7;
    public const int FileControlJournalPointer = 28;

    public const int TransactionRead = 1;

    public const int IoErrorShortRead = 522;

    private const string Library = "e_sqlite3";

    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    public static partial int FileControl(SafeHandle database, ReadOnlySpan<byte> schema, int operation, void* argument);

    [LibraryImport(Library, EntryPoint = "sqlite3_txn_state")]
    public static partial int TransactionState(SafeHandle database, ReadOnlySpan<byte> schema);

    [LibraryImport(Library, EntryPoint = "sqlite3_snapshot_get")]
    public static partial int SnapshotGet(SafeHandle database, ReadOnlySpan<byte> schema, out nint snapshot);

    [LibraryImport(Library, EntryPoint = "sqlite3_snapshot_free")]
    public static partial void SnapshotFree(nint snapshot);

    /// <summary>The VFS of a name; the default one for null.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_find")]
    public static partial SqliteVfs* FindVfs(byte* name);

    [LibraryImport(Library, EntryPoint = "sqlite3_next_stmt")]
    public static partial nint NextStatement(SafeHandle database, nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_stmt_status")]
    public static partial int StatementStatus(nint statement, int counter, int reset);

    /// <summary>The text of a statement.</summary>
    public static ReadOnlySpan<byte> TextOf(nint statement) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(Text(statement));

    /// <summary>Calls xRead of a sqlite3_file: the handle that SQLite itself holds, on whatever VFS it is. Unlike a stream
    /// of our own it can't drop SQLite's POSIX locks by being closed.</summary>
    /// <returns>A result code; <see cref="IoErrorShortRead"/> when the file ends before the buffer does.</returns>
    public static int Read(nint file, Span<byte> buffer, long offset)
    {
        // struct sqlite3_io_methods: iVersion (padded to a pointer), xClose, xRead, ...
        var methods = *(nint**)file;
        var read = (delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)methods[2];
        fixed (byte* target = buffer) return read(file, target, buffer.Length, offset);
    }

    /// <summary>Whether a sqlite3_file is open.</summary>
    public static bool IsOpen(nint file) => file != 0 && *(nint*)file != 0;

    [LibraryImport(Library, EntryPoint = "sqlite3_sql")]
    private static partial byte* Text(nint statement);
}
