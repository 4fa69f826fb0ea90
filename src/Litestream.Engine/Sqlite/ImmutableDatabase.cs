using Microsoft.Data.Sqlite;

namespace Litestream.Engine.Sqlite;

/// <summary>A database file that nobody changes, as one that was just restored.</summary>
internal static class ImmutableDatabase
{
    /// <summary>Opens it for reading; leaves nothing beside it.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="vfs">SQLite VFS; null for the default.</param>
    public static SqliteConnection Open(string path, string? vfs)
    {
        SqliteLibrary.EnsureUsable();
        var connection = new SqliteConnection(ConnectionString(path, vfs));
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // immutable: SQLite neither locks the file nor makes a -wal or -shm beside it
    private static string ConnectionString(string path, string? vfs)
    {
        var slashed = OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;
        var file = (slashed[0] == '/' ? "file://" : "file:///") + Uri.EscapeDataString(slashed).Replace("%2F", "/", StringComparison.Ordinal);
        var builder = new SqliteConnectionStringBuilder
        {
            DataSource = file + "?immutable=1",
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        };
        if (vfs is not null) builder.Vfs = vfs;
        return builder.ToString();
    }
}
