using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files as they were without a guard of locks.</summary>
internal sealed class UnguardedFileSystem : IFileSystem
{
    private readonly LocalFileSystem _files = LocalFileSystem.Instance;

    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) => _files.Open(path, mode, unixMode);

    public FileEntry? Find(string path) => _files.Find(path);

    public FileIdentity? Identify(string path) => _files.Identify(path);

    public UnixFileMode? GetUnixMode(string path) => _files.GetUnixMode(path);

    public IReadOnlyList<FileEntry> List(string directory) => _files.List(directory);

    public void CreateDirectory(string directory, UnixFileMode? unixMode = null) => _files.CreateDirectory(directory, unixMode);

    public void FlushDirectory(string directory) => _files.FlushDirectory(directory);

    public void Rename(string from, string to, bool overwrite) => _files.Rename(from, to, overwrite);

    public void Delete(string path) => _files.Delete(path);

    public void DeleteDirectory(string directory) => _files.DeleteDirectory(directory);

    public void DeleteEmptyDirectory(string directory) => _files.DeleteEmptyDirectory(directory);

    public void SetModifiedTime(string path, DateTimeOffset time) => _files.SetModifiedTime(path, time);

    public IDisposable? TryLock(string path) => _files.TryLock(path);

    public IDisposable Watch(string path, Action changed) => _files.Watch(path, changed);

    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) => NoLockGuard.Instance;
}
