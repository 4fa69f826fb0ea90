namespace Litestream.Engine.Files;

/// <summary>
/// Stands by the locks that SQLite's connections in this process hold on a database. POSIX locks belong to the process: when any code
/// in it closes the file, or another copy of SQLite in it lets its own locks go, ours are gone without a word. Dispose it after the
/// connections. For one thread at a time.
/// </summary>
public interface ILockGuard : IDisposable
{
    /// <summary>Whether nobody in this process has closed the database or its wal-index since the guard was made. True where that can't
    /// be known, or does no harm.</summary>
    bool IsUnbroken { get; }

    /// <summary>Whether nobody in this process but the one SQLite of the guarded connections has the wal-index open: locks do not keep two
    /// copies of SQLite in one process from each other. True where that can't be known, or does no harm.</summary>
    bool IsAlone { get; }

    /// <summary>Whether locks can't be lost here, so that SQLite's own close of the last connection never takes the WAL from anybody.</summary>
    bool IsUnbreakable { get; }

    /// <summary>Takes the database and the guarded wal-index for this guard alone, as SQLite's last close does: until it is disposed nobody begins to use them. After the
    /// connections are closed.</summary>
    /// <param name="databasePath">The database.</param>
    /// <param name="database">Which file it is by now; it need not be the guarded one.</param>
    /// <returns>False when somebody uses one of them, in this process too, or there is no such lock.</returns>
    bool TryTakeAlone(string databasePath, FileIdentity database);
}
