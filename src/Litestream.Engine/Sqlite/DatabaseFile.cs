using System.Runtime.InteropServices;

namespace Litestream.Engine.Sqlite;

/// <summary>The file of an open database, past SQLite's cache.</summary>
internal static class DatabaseFile
{
    /// <summary>Reads from it; false where that is not possible.</summary>
    /// <param name="database">The open database.</param>
    /// <param name="buffer">Is filled.</param>
    /// <param name="offset">Byte offset in the file.</param>
    public static unsafe bool TryRead(SafeHandle database, Span<byte> buffer, long offset)
    {
        nint file = 0;
        return SqliteNative.FileControl(database, "main\0"u8, SqliteNative.FileControlFilePointer, &file) == 0
            && SqliteNative.IsOpen(file) && SqliteNative.Read(file, buffer, offset) == 0;
    }
}
