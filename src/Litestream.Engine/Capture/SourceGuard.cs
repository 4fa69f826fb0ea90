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
    private (string Header, long Length, DateTimeOffset? ModifiedAt)? _atRest;

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

    /// <summary>Remembers the database file as it is while our reader rests: SQLite writes nothing to it until the reader has moved.</summary>
    /// <param name="connection">Has it open.</param>
    public void NoteRest(DatabaseConnection connection) => _atRest = LookOf(connection);

    /// <summary>Notices what leaves the file where it is, and its page size: somebody copied another one over it.</summary>
    /// <param name="connection">Has it open.</param>
    /// <exception cref="ContinuityLostException">Somebody did.</exception>
    public void EnsureAsAtRest(DatabaseConnection connection)
    {
        if (_atRest is { } atRest && atRest != LookOf(connection))
            throw new ContinuityLostException("the database file was written to by something else than SQLite");
    }

    public void Dispose() => locks.Dispose();

    /// <summary>The header alone would miss an older state of the same database; Windows tells late when a file was written.</summary>
    private (string Header, long Length, DateTimeOffset? ModifiedAt) LookOf(DatabaseConnection connection)
    {
        Span<byte> header = stackalloc byte[DatabaseHeader.Size];
        _ = connection.TryReadDatabaseFile(header, 0);
        var file = system.Find(Path);
        return (Convert.ToHexString(header), file?.Length ?? -1, OperatingSystem.IsWindows() ? null : file?.ModifiedAt);
    }

    private void EnsureSameFiles()
    {
        var present = SourceFiles.Of(Path, system);
        if (present == files) return;
        if (present.Database is null) throw new DatabaseReplacedException("the database was deleted or moved away");
        if (present.Database != files.Database) throw new DatabaseReplacedException("the database was replaced by another file");
        throw new ContinuityLostException("its -wal or its -shm was removed or replaced");
    }
}
