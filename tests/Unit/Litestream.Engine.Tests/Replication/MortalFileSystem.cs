using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Replication;

/// <summary>The local files, until the process dies: from then on nothing changes any file.</summary>
/// <param name="steps">How many changes are made before.</param>
internal sealed class MortalFileSystem(int steps) : IFileSystem
{
    private readonly LocalFileSystem _files = LocalFileSystem.Instance;
    private int _left = steps;

    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null)
    {
        if (mode != FileOpenMode.Read) Live();
        return _files.Open(path, mode, unixMode);
    }

    public FileEntry? Find(string path) => _files.Find(path);

    public FileIdentity? Identify(string path) => _files.Identify(path);

    public UnixFileMode? GetUnixMode(string path) => _files.GetUnixMode(path);

    public IReadOnlyList<FileEntry> List(string directory) => _files.List(directory);

    public void CreateDirectory(string directory, UnixFileMode? unixMode = null) => _files.CreateDirectory(directory, unixMode);

    public void FlushDirectory(string directory) => _files.FlushDirectory(directory);

    public void Rename(string from, string to, bool overwrite)
    {
        Live();
        _files.Rename(from, to, overwrite);
    }

    public void Delete(string path)
    {
        Live();
        _files.Delete(path);
    }

    public void DeleteDirectory(string directory)
    {
        Live();
        _files.DeleteDirectory(directory);
    }

    public void DeleteEmptyDirectory(string directory)
    {
        Live();
        _files.DeleteEmptyDirectory(directory);
    }

    public void SetModifiedTime(string path, DateTimeOffset time) => _files.SetModifiedTime(path, time);

    public IDisposable? TryLock(string path) => _files.TryLock(path);

    public IDisposable Watch(string path, Action changed) => _files.Watch(path, changed);

    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) =>
        _files.TryGuardLocks(databasePath, database, walIndex);

    private void Live()
    {
        if (Interlocked.Decrement(ref _left) < 0) throw new DeathException();
    }

    /// <summary>Nothing that the engine knows how to go on after.</summary>
    public sealed class DeathException : Exception;
}
