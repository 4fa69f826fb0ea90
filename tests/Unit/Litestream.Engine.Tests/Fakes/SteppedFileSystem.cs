using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files, with a test that may step in before every single operation: fail it, or let it hang.</summary>
internal sealed class SteppedFileSystem : IFileSystem
{
    private readonly LocalFileSystem _files = LocalFileSystem.Instance;

    /// <summary>Is called with the operation and the path, on any thread.</summary>
    public Action<string, string> Before { get; set; } = (_, _) => { };

    /// <summary>Changes what is told about the identity of a file or folder.</summary>
    public Func<string, FileIdentity?, FileIdentity?> Identifying { get; set; } = (_, identity) => identity;

    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null)
    {
        Before(mode == FileOpenMode.Read ? "open" : "create", path);
        return new SteppedFile(this, _files.Open(path, mode, unixMode), path);
    }

    public FileEntry? Find(string path) => Step("find", path, _files.Find);

    public FileIdentity? Identify(string path) => Identifying(path, Step("identify", path, _files.Identify));

    public UnixFileMode? GetUnixMode(string path) => Step("mode", path, _files.GetUnixMode);

    public IReadOnlyList<FileEntry> List(string directory) => Step("list", directory, _files.List);

    public void CreateDirectory(string directory, UnixFileMode? unixMode = null)
    {
        Before("create folder", directory);
        _files.CreateDirectory(directory, unixMode);
    }

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

    public void DeleteDirectory(string directory)
    {
        Before("delete folder", directory);
        _files.DeleteDirectory(directory);
    }

    public void DeleteEmptyDirectory(string directory)
    {
        Before("delete folder", directory);
        _files.DeleteEmptyDirectory(directory);
    }

    public void SetModifiedTime(string path, DateTimeOffset time)
    {
        Before("time", path);
        _files.SetModifiedTime(path, time);
    }

    public IDisposable? TryLock(string path) => _files.TryLock(path);

    public IDisposable Watch(string path, Action changed) => _files.Watch(path, changed);

    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) =>
        _files.TryGuardLocks(databasePath, database, walIndex);

    private T Step<T>(string operation, string path, Func<string, T> carryOut)
    {
        Before(operation, path);
        return carryOut(path);
    }

    private sealed class SteppedFile(SteppedFileSystem owner, IFile file, string path) : IFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            owner.Before("read", path);
            return file.Read(buffer, offset);
        }

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
