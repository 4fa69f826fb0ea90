using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files: what a test wants otherwise it overrides.</summary>
internal abstract class LocalFiles : IFileSystem
{
    private readonly LocalFileSystem _files = LocalFileSystem.Instance;

    public virtual IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) => _files.Open(path, mode, unixMode);

    public virtual FileEntry? Find(string path) => _files.Find(path);

    public virtual FileIdentity? Identify(string path) => _files.Identify(path);

    public virtual UnixFileMode? GetUnixMode(string path) => _files.GetUnixMode(path);

    public virtual IReadOnlyList<FileEntry> List(string directory) => _files.List(directory);

    public virtual void CreateDirectory(string directory, UnixFileMode? unixMode = null) => _files.CreateDirectory(directory, unixMode);

    public virtual void FlushDirectory(string directory) => _files.FlushDirectory(directory);

    public virtual void Rename(string from, string to, bool overwrite) => _files.Rename(from, to, overwrite);

    public virtual void Swap(string from, string to, string former)
    {
        if (OperatingSystem.IsWindows()) _files.Swap(from, to, former);
        else FileSwap.Run(this, from, to, former);
    }

    public virtual bool TryExchange(string one, string other) => _files.TryExchange(one, other);

    public virtual bool TryLink(string from, string to) => _files.TryLink(from, to);

    public virtual void CopyAccess(string from, string to) => _files.CopyAccess(from, to);

    public virtual long? GetChangeTime(string path) => _files.GetChangeTime(path);

    public virtual bool IsUnused(string path, FileIdentity identity) => _files.IsUnused(path, identity);

    public virtual bool HasUnlockedUser(string databasePath, FileIdentity database, FileIdentity? wal, FileIdentity? walIndex) =>
        _files.HasUnlockedUser(databasePath, database, wal, walIndex);

    public virtual IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own) =>
        _files.FindUsers(files, own);

    public virtual void Delete(string path) => _files.Delete(path);

    public virtual void DeleteDirectory(string directory) => _files.DeleteDirectory(directory);

    public virtual void DeleteEmptyDirectory(string directory) => _files.DeleteEmptyDirectory(directory);

    public virtual void SetModifiedTime(string path, DateTimeOffset time) => _files.SetModifiedTime(path, time);

    public virtual IDisposable? TryLock(string path, UnixFileMode? unixMode = null) => _files.TryLock(path, unixMode);

    public virtual IDisposable Watch(string path, Action changed) => _files.Watch(path, changed);

    public virtual IDisposable? WatchFolder(string directory, bool recursive, Action<string> changed) => null;

    public virtual bool TellsAtOnce => _files.TellsAtOnce;

    public virtual ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) =>
        _files.TryGuardLocks(databasePath, database, walIndex);
}
