namespace Litestream.Engine.Files;

/// <summary>
/// The guard on Linux. Descriptors of its own hold open-file-description locks on those bytes where SQLite's connections hold their shared
/// locks as long as they are open: they keep others from deleting the WAL and from taking the wal-index for abandoned, whatever
/// becomes of the POSIX locks.
/// </summary>
/// <remarks>Not on the bytes that readers and checkpoints lock: there they would stand in the way of our own connections.</remarks>
internal sealed class LinuxLockGuard : ILockGuard
{
    /// <summary>SQLite's os_unix.c: UNIX_SHM_DMS, which all hold that use a wal-index.</summary>
    public const long AttachedStart = 128;

    /// <summary>Of that.</summary>
    public const long AttachedLength = 1;

    /// <summary>The bytes before that, which readers and writers lock (SQLITE_SHM_NLOCK): a reader in the last slot has locked the one next to it.</summary>
    public const int SlotsBeforeAttached = 8;

    /// <summary>Of the database, what all hold that use it: SHARED_FIRST of SQLite's os.h.</summary>
    public const long SharedStart = 0x40000002;

    /// <summary>Of that: SHARED_SIZE.</summary>
    public const long SharedLength = 510;

    private readonly GuardDescriptor _database;
    private readonly GuardDescriptor _walIndex;
    private GuardDescriptor? _present;
    private bool _isDisposed;

    private LinuxLockGuard(GuardDescriptor database, GuardDescriptor walIndex)
    {
        _database = database;
        _walIndex = walIndex;
    }

    /// <inheritdoc/>
    public bool IsUnbroken => _database.IsUnbroken && _walIndex.IsUnbroken;

    /// <inheritdoc/>
    public bool IsAlone => _walIndex.IsApart || OpenDescriptors.CountOthers(_walIndex.Identity) <= 1;

    /// <inheritdoc/>
    /// <remarks>A process that has copied the files by other means than SQLite has them open and holds no lock any more.</remarks>
    public bool IsUnbreakable => false;

    /// <inheritdoc/>
    public bool TryTakeAlone(string databasePath, FileIdentity database)
    {
        if (OpenDescriptors.CountOthers(_walIndex.Identity, database, _database.Identity) > 0) return false;
        if (database != _database.Identity) _present ??= GuardDescriptor.TryTake(databasePath, database, SharedStart, SharedLength);
        var present = database == _database.Identity ? _database : _present;
        // first the file: who comes now waits before it, and who has come holds the wal-index, too
        return present is not null && present.TryTakeAlone(SharedStart, SharedLength) && _walIndex.TryTakeAlone(AttachedStart, AttachedLength);
    }

    /// <summary>Whether somebody has the WAL open who holds no lock, of the database or of the wal-index: an application that has copied them has lost those. One in exclusive mode has a
    /// lock for writing on the database and no use for a wal-index. Who has any other lock on it has both open, whether or not they still have names: where nobody has the one open that has the name, his was removed.</summary>
    /// <param name="databasePath">The database.</param>
    /// <param name="database">Which file it is.</param>
    /// <param name="wal">Which file its -wal is; null if there is none.</param>
    /// <param name="walIndex">Which file its -shm is; null if there is none.</param>
    /// <returns>False also where that can't be known.</returns>
    /// <exception cref="PlatformNotSupportedException">The file system has no such locks.</exception>
    public static bool HasUnlockedUser(string databasePath, FileIdentity database, FileIdentity? wal, FileIdentity? walIndex)
    {
        if (!GuardDescriptor.IsUnused(databasePath, database) && RemovedFiles.OfMachine.AreUsed(databasePath, database, wal, walIndex)) return true;
        // the WAL itself is never locked, so it may be opened and closed
        var isWritten = wal is { } used && FileLease.IsWritten(databasePath + "-wal", used);
        var user = GuardDescriptor.LookAt(databasePath, database, SharedStart, SharedLength);
        var attached = user is { Type: PosixLock.Read } && walIndex is { } named ? GuardDescriptor.LookAt(databasePath + "-shm", named, AttachedStart, AttachedLength) : null;
        if (walIndex is { } other && IsAnother(user, attached) && IsUsedWithAnother(database, other)) return true;
        // a tool may read that one; whoever has a database locked that has no wal-index has one that was removed
        if (walIndex is not null && wal is { } present && !isWritten && !FileLease.IsUnused(databasePath + "-wal", present)) return false;
        return user?.Type switch
        {
            PosixLock.None => isWritten,
            PosixLock.Read => !isWritten || walIndex is null || attached is { Type: PosixLock.None },
            _ => false,
        };
    }

    /// <summary>Whether who uses the database for the longest time is not he who uses the wal-index for the longest: the kernel names the first lock, and reading the list of all of them for each of
    /// thousands of databases would cost the square of their number.</summary>
    private static bool IsAnother(PosixLock? user, PosixLock? attached) =>
        user is { Type: PosixLock.Read, ProcessId: var who } && attached is { } index && (index.Type == PosixLock.None || who <= 0 || who != index.ProcessId);

    /// <summary>Whether a process has the database open and uses another wal-index than the one that has the name: it was removed, and locks of others hide that.</summary>
    private static bool IsUsedWithAnother(FileIdentity database, FileIdentity walIndex)
    {
        // in this order, as who opens a database locks them in this order
        var users = LockHolders.Find(database, SharedStart, SharedLength, kind: "READ");
        if (users.Count > 0) users.ExceptWith(LockHolders.Find(walIndex, AttachedStart, AttachedLength, SlotsBeforeAttached));
        // who may only read and comes before all others has an index in his memory, and loses nothing
        if (users.Count > 0) users.IntersectWith(LockHolders.Find(null, AttachedStart, AttachedLength, SlotsBeforeAttached));
        // which he shows where he has other databases, too, by having this one's open; unless he is of another account
        if (users.Count > 0) users.ExceptWith(FileUsers.FindIds([walIndex], []));
        return users.Count > 0;
    }

    /// <summary>Guards. Null when somebody is in the way, or the names do not lead to these files.</summary>
    /// <param name="databasePath">The database.</param>
    /// <param name="database">Which file it is.</param>
    /// <param name="walIndex">Which file its -shm is.</param>
    /// <exception cref="PlatformNotSupportedException">The file system has no such locks.</exception>
    public static LinuxLockGuard? TryTake(string databasePath, FileIdentity database, FileIdentity walIndex)
    {
        if (GuardDescriptor.TryTake(databasePath, database, SharedStart, SharedLength) is not { } first) return null;
        try
        {
            if (GuardDescriptor.TryTake(databasePath + "-shm", walIndex, AttachedStart, AttachedLength) is { } second) return new(first, second);
            first.Dispose();
            return null;
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>Lets all go. Once more closes what had to stay open the first time, as others in this process had it open.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            OpenDescriptors.Tidy();
            return;
        }

        _isDisposed = true;
        _present?.Dispose();
        _walIndex.Dispose();
        _database.Dispose();
    }
}
