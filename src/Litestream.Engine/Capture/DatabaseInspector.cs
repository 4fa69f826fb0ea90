using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Looks at a database file without changing or locking anything.</summary>
public static class DatabaseInspector
{
    /// <summary>Tells what a file is.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="environment">Files and VFS.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseNotFound"/>, <see cref="ErrorCode.NotADatabase"/>,
    /// <see cref="ErrorCode.DatabaseUnsupported"/>, <see cref="ErrorCode.DatabaseError"/>.</exception>
    public static DatabaseInfo Inspect(string path, EngineEnvironment environment)
    {
        var entry = Find(path, environment.Files);
        if (entry is null && IsAwaitable(path, environment))
            throw new LitestreamException(ErrorCode.DatabaseNotFound, $"The database '{path}' does not exist.", path,
                "Give the path of an existing SQLite database file, or let the replication wait for it.");
        if (entry is null or { IsDirectory: true })
            throw new LitestreamException(ErrorCode.DatabaseNotFound,
                entry is null ? $"The database '{path}' does not exist, nor does its folder." : $"'{path}' is a folder, not a database.",
                path, "Give the path of an existing SQLite database file.");
        if (entry.Length == 0) return new(path, IsEmpty: true, IsWal: false, PageSize: 0);

        // Through SQLite, because closing a handle of our own would drop the locks of a replication in this process.
        using var connection = DatabaseConnection.Open(path, environment.VfsName, readOnly: true);
        Span<byte> bytes = stackalloc byte[DatabaseHeader.Size];
        if (!connection.TryReadDatabaseFile(bytes, 0) || !DatabaseHeader.TryParse(bytes, out var header))
            throw new LitestreamException(ErrorCode.NotADatabase,
                $"'{path}' is not a SQLite database, or it is encrypted.", path, "Give the path of a SQLite database file.");
        if (!header.IsWal && (header.WriteVersion, header.ReadVersion) != (DatabaseHeader.RollbackVersion, DatabaseHeader.RollbackVersion))
            throw new LitestreamException(ErrorCode.DatabaseUnsupported,
                $"'{path}' has the file format versions {header.WriteVersion} and {header.ReadVersion} (wal2, or newer than this module), which can't be replicated.",
                path, "Let the application use journal_mode=wal.");
        return new(path, IsEmpty: false, header.IsWal, header.PageSize);
    }

    /// <summary>Whether nothing is at a path, but its folder is there: a database may come. A path with a wrong folder is a mistake.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="environment">Files.</param>
    public static bool IsAwaitable(string path, EngineEnvironment environment) =>
        Find(path, environment.Files) is null && Find(Path.GetDirectoryName(path)!, environment.Files) is { IsDirectory: true };

    private static FileEntry? Find(string path, IFileSystem files)
    {
        try
        {
            return files.Find(path);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, path, "examine the database", ErrorCode.DatabaseError);
        }
    }
}
