using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Notices when the files that are watched are not the ones any more that were opened, or are no longer guarded by SQLite's locks.</summary>
/// <param name="database">The database.</param>
/// <param name="files">The files as they were opened.</param>
/// <param name="locks">SQLite's locks on them.</param>
/// <param name="system">Where they are.</param>
internal sealed class SourceGuard(DatabaseInfo database, SourceFiles files, ILockGuard locks, IFileSystem system) : IDisposable
{
    /// <summary>The database file.</summary>
    public string Path => database.Path;

    /// <summary>Which files are being watched.</summary>
    public SourceFiles Files => files;

    /// <summary>Whether no other copy of SQLite in this process has the database open.</summary>
    public bool IsAlone => locks.IsAlone;

    /// <summary>By stat and a question to the locks: callable on any thread until this is disposed.</summary>
    /// <exception cref="ContinuityLostException">They are not untouched.</exception>
    public void EnsureUntouched()
    {
        EnsureSameFiles();
        EnsureLocks();
    }

    /// <summary>Sees that SQLite's locks were not lost.</summary>
    /// <exception cref="LocksLostException">They were.</exception>
    public void EnsureLocks()
    {
        if (!locks.IsUnbroken) throw new LocksLostException();
    }

    /// <summary>Notices what leaves the file where it is: somebody cut or overwrote it.</summary>
    /// <param name="connection">Has it open.</param>
    /// <exception cref="DatabaseReplacedException">Somebody did.</exception>
    public void EnsureDatabase(DatabaseConnection connection)
    {
        Span<byte> bytes = stackalloc byte[DatabaseHeader.Size];
        if (!connection.TryReadDatabaseFile(bytes, 0) || !DatabaseHeader.TryParse(bytes, out var header) || header.PageSize != database.PageSize)
            throw new DatabaseReplacedException("the database file was emptied or overwritten");
    }

    public void Dispose() => locks.Dispose();

    private void EnsureSameFiles()
    {
        var present = SourceFiles.Of(Path, system);
        if (present == files) return;
        if (present.Database is null) throw new DatabaseReplacedException("the database was deleted or moved away");
        if (present.Database != files.Database) throw new DatabaseReplacedException("the database was replaced by another file");
        throw new ContinuityLostException("its -wal or its -shm was removed or replaced");
    }
}
