namespace Litestream.Engine.Files;

/// <summary>
/// Every file that the engine touches besides what SQLite opens itself: spool, state, folder replicas, restore targets.
/// The seam that a simulation replaces. Paths are absolute. Members throw <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/> when the system refuses.
/// </summary>
public interface IFileSystem
{
    /// <summary>Opens a file. Never use it on a live database or its -shm: closing any descriptor of theirs drops
    /// SQLite's POSIX locks in this process.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">How to open it.</param>
    /// <param name="unixMode">Permissions of a file that is created (before umask); null for the default. Ignored on Windows.</param>
    /// <returns>The open file.</returns>
    IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null);

    /// <summary>Tells what is at a path, without opening it; null if nothing is.</summary>
    /// <param name="path">A file or folder.</param>
    FileEntry? Find(string path);

    /// <summary>The file that a symbolic link leads to in the end, or the path itself: SQLite names -wal and -shm after that file.</summary>
    /// <param name="path">A file.</param>
    string ResolveLink(string path) => path;

    /// <summary>Tells which file a path leads to, without opening it where that is possible (Unix: stat); null if nothing
    /// is there.</summary>
    /// <param name="path">A file or folder.</param>
    FileIdentity? Identify(string path);

    /// <summary>A number that changes with a file's content, owner, permissions and names, and that nobody can set, unlike the time of its modification (Linux: stat's ctime). Null where
    /// nothing is, or the system has none.</summary>
    /// <param name="path">A file.</param>
    long? GetChangeTime(string path) => null;

    /// <summary>The permissions of a file; null on Windows and where nothing is.</summary>
    /// <param name="path">A file or folder.</param>
    UnixFileMode? GetUnixMode(string path);

    /// <summary>Whether a file that is made in a folder has the user and the group of another one, so that permissions mean the same people. True on Windows and
    /// where nothing is.</summary>
    /// <param name="path">The other file.</param>
    /// <param name="directory">The folder, or where it will be.</param>
    bool SharesOwner(string path, string directory) => true;

    /// <summary>The entries of a folder in ordinal order of their names; empty if the folder is not there.</summary>
    /// <param name="directory">The folder.</param>
    IReadOnlyList<FileEntry> List(string directory);

    /// <summary>Creates a folder with its parents; nothing happens if it is there.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="unixMode">Permissions of each folder that is created (before umask); null for the default. Ignored on Windows.</param>
    void CreateDirectory(string directory, UnixFileMode? unixMode = null);

    /// <summary>Makes names created, renamed or deleted in a folder survive a power loss. Nothing on Windows, where the
    /// file system journals them, and on file systems that answer that a folder can't be flushed (some network mounts): there it is
    /// the server that makes names durable.</summary>
    /// <param name="directory">The folder.</param>
    void FlushDirectory(string directory);

    /// <summary>Renames a file within a volume, atomically.</summary>
    /// <param name="from">The present path.</param>
    /// <param name="to">The new path.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is an <see cref="IOException"/>.</param>
    void Rename(string from, string to, bool overwrite);

    /// <summary>Puts a file in the place of another one within a folder: at every moment one of both has the name, where the system can do that. What
    /// fails leaves everything as it was.</summary>
    /// <param name="from">What takes the place.</param>
    /// <param name="to">The place.</param>
    /// <param name="former">The name of what was there; nothing may have it, nor the one with <see cref="FileSwap.Suffix"/>.</param>
    void Swap(string from, string to, string former);

    /// <summary>Two names within a folder change their files in one step. False where the system can't do that: nothing has happened.</summary>
    /// <param name="one">A file.</param>
    /// <param name="other">Another one.</param>
    bool TryExchange(string one, string other);

    /// <summary>Gives a file a second name. False where the system can't do that: nothing has happened.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">The name; nothing may have it.</param>
    bool TryLink(string from, string to);

    /// <summary>Gives a file the owner and permissions of another one. On Windows <see cref="Swap"/> does that.</summary>
    /// <param name="from">Whose.</param>
    /// <param name="to">The file.</param>
    void CopyAccess(string from, string to);

    /// <summary>Which processes have a file open, for people; as far as the system tells this account.</summary>
    /// <param name="files">The files.</param>
    /// <param name="own">Which of them the caller itself has open, each once: this process is named only if it has more.</param>
    IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own);

    /// <summary>Whether nobody on this machine has a file open, this process neither, whatever account or container he is of. Never to be asked of a live database or its -shm, see
    /// <see cref="Open"/>.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="identity">The file.</param>
    /// <returns>False also where the path leads elsewhere, or where that can't be known: outside Linux, of files of other accounts, on some file systems.</returns>
    bool IsUnused(string path, FileIdentity identity);

    /// <summary>Whether somebody on this machine has the WAL of a database open, and no lock on the database or on its -shm: he has lost them, and SQLite would take what he uses for
    /// abandoned. Or has the database open, and somebody has removed its -wal or its -shm, or put others in their place: he goes on with those that have no name any more.</summary>
    /// <param name="databasePath">The database.</param>
    /// <param name="database">Which file it is.</param>
    /// <param name="wal">Which file its -wal is; null if there is none.</param>
    /// <param name="walIndex">Which file its -shm is; null if there is none.</param>
    /// <returns>False also where that can't be known, or does no harm: outside Linux, of files of other accounts, on some file systems.</returns>
    bool HasUnlockedUser(string databasePath, FileIdentity database, FileIdentity? wal, FileIdentity? walIndex) => false;

    /// <summary>Deletes a file; nothing happens if it is not there.</summary>
    /// <param name="path">The file.</param>
    void Delete(string path);

    /// <summary>Deletes a folder with all below it; nothing happens if it is not there.</summary>
    /// <param name="directory">The folder.</param>
    void DeleteDirectory(string directory);

    /// <summary>Deletes a folder that holds nothing; nothing happens if it holds something or is not there.</summary>
    /// <param name="directory">The folder.</param>
    void DeleteEmptyDirectory(string directory);

    /// <summary>Sets a file's time of last modification.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The new time.</param>
    void SetModifiedTime(string path, DateTimeOffset time);

    /// <summary>Takes an exclusive lock on a lock file, created if need be, until disposed or the process ends.</summary>
    /// <param name="path">The lock file; it stays when the lock ends.</param>
    /// <param name="unixMode">Permissions of a file that is created (before umask); null for the default. Ignored on Windows.</param>
    /// <returns>The lock, or null when somebody else holds it.</returns>
    IDisposable? TryLock(string path, UnixFileMode? unixMode = null);

    /// <summary>Calls back soon after a file has changed, is created or replaced. May miss changes and may call without one: a hint.</summary>
    /// <param name="path">The file; need not exist, its folder must.</param>
    /// <param name="changed">Called on any thread; must return at once and not throw.</param>
    /// <returns>Ends the watching when disposed: it is not called afterwards.</returns>
    IDisposable Watch(string path, Action changed);

    /// <summary>Whether each write of this machine shows at once, in what <see cref="Watch"/> tells and in the time of the file. Elsewhere it may come late:
    /// Windows tells of a write when its cache is flushed.</summary>
    bool TellsAtOnce => false;

    /// <summary>Calls back soon after something has come to a folder, has changed there or has gone. May miss changes and may call without one: a hint.</summary>
    /// <param name="directory">The folder; must exist.</param>
    /// <param name="recursive">Whether the folders below are meant, too.</param>
    /// <param name="changed">Is given the full path; called on any thread; must return at once and not throw.</param>
    /// <returns>Ends the watching when disposed; null where nothing can be watched.</returns>
    IDisposable? WatchFolder(string directory, bool recursive, Action<string> changed) => null;

    /// <summary>Guards the locks that SQLite's connections in this process hold on a database in WAL mode, from now on.</summary>
    /// <param name="databasePath">The database. All connections have it and its -shm open by now.</param>
    /// <param name="database">Which file it is.</param>
    /// <param name="walIndex">Which file its -shm is.</param>
    /// <returns>The guard; null when somebody is in the way, or the names do not lead to these files any more.</returns>
    ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex);
}
