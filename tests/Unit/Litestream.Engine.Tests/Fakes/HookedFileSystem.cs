using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files, with a test that may step in before each operation: wait, count, throw, or let an application work.</summary>
internal sealed class HookedFileSystem : IFileSystem
{
    private readonly LocalFileSystem _files = LocalFileSystem.Instance;

    /// <summary>Is called with the operation ("open", "write", "flush", "find", "identify", "list", "delete", "rename", "flush folder") and the path, on any
    /// thread.</summary>
    public Action<string, string> Before { get; set; } = (_, _) => { };

    /// <summary>Whether changes of watched files are not told.</summary>
    public bool IsDeaf { get; init; }

    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null)
    {
        Before("open", path);
        return new HookedFile(this, _files.Open(path, mode, unixMode), path);
    }

    public FileEntry? Find(string path)
    {
        Before("find", path);
        return _files.Find(path);
    }

    public FileIdentity? Identify(string path)
    {
        Before("identify", path);
        return _files.Identify(path);
    }

    public UnixFileMode? GetUnixMode(string path) => _files.GetUnixMode(path);

    public IReadOnlyList<FileEntry> List(string directory)
    {
        Before("list", directory);
        return _files.List(directory);
    }

    public void CreateDirectory(string directory, UnixFileMode? unixMode = null) => _files.CreateDirectory(directory, unixMode);

    public void FlushDirectory(string directory)
    {
        Before("flush folder", directory);
        _files.FlushDirectory(directory);
    }

    public void Rename(string from, string to, bool overwrite)
    {
        Before("rename", to);
        _files.Rename(from, to, overwrite);
    }

    public void Delete(string path)
    {
        Before("delete", path);
        _files.Delete(path);
    }

    public void DeleteDirectory(string directory) => _files.DeleteDirectory(directory);

    public void DeleteEmptyDirectory(string directory) => _files.DeleteEmptyDirectory(directory);

    public void SetModifiedTime(string path, DateTimeOffset time) => _files.SetModifiedTime(path, time);

    public IDisposable? TryLock(string path) => _files.TryLock(path);

    public IDisposable Watch(string path, Action changed) => _files.Watch(path, IsDeaf ? () => { } : changed);

    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) =>
        _files.TryGuardLocks(databasePath, database, walIndex);

    private sealed class HookedFile(HookedFileSystem owner, IFile file, string path) : IFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> buffer, long offset)
        {
            owner.Before("write", path);
            file.Write(buffer, offset);
        }

        public void SetLength(long length) => file.SetLength(length);

        public void FlushToDisk()
        {
            owner.Before("flush", path);
            file.FlushToDisk();
        }

        public void Dispose() => file.Dispose();
    }
}
