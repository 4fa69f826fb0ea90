using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files, with a log of what makes things durable, and faults where a test wants them.</summary>
internal sealed class FaultyFileSystem : IFileSystem
{
    private readonly LocalFileSystem _files = LocalFileSystem.Instance;

    /// <summary>What was done, in order.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Thrown by every write, if set.</summary>
    public Func<Exception?> WriteFault { get; set; } = () => null;

    /// <summary>Thrown by every flush of a file, if set.</summary>
    public Func<Exception?> FlushFault { get; set; } = () => null;

    /// <summary>Called before a rename.</summary>
    public Action<string> Renaming { get; set; } = _ => { };

    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) =>
        new FaultyFile(this, _files.Open(path, mode, unixMode), Path.GetFileName(path));

    public FileEntry? Find(string path) => _files.Find(path);

    public FileIdentity? Identify(string path) => _files.Identify(path);

    public UnixFileMode? GetUnixMode(string path) => _files.GetUnixMode(path);

    public IReadOnlyList<FileEntry> List(string directory) => _files.List(directory);

    public void CreateDirectory(string directory, UnixFileMode? unixMode = null) => _files.CreateDirectory(directory, unixMode);

    public void FlushDirectory(string directory)
    {
        Log.Add("flush folder " + Path.GetFileName(directory));
        _files.FlushDirectory(directory);
    }

    public void Rename(string from, string to, bool overwrite)
    {
        Log.Add($"rename {Path.GetFileName(from)} {Path.GetFileName(to)}");
        Renaming(to);
        _files.Rename(from, to, overwrite);
    }

    public void Delete(string path) => _files.Delete(path);

    public void DeleteDirectory(string directory) => _files.DeleteDirectory(directory);

    public void DeleteEmptyDirectory(string directory) => _files.DeleteEmptyDirectory(directory);

    public void SetModifiedTime(string path, DateTimeOffset time)
    {
        Log.Add("time " + Path.GetFileName(path));
        _files.SetModifiedTime(path, time);
    }

    public IDisposable? TryLock(string path) => _files.TryLock(path);

    public IDisposable Watch(string path, Action changed) => _files.Watch(path, changed);

    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) =>
        _files.TryGuardLocks(databasePath, database, walIndex);

    private sealed class FaultyFile(FaultyFileSystem owner, IFile file, string name) : IFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> buffer, long offset)
        {
            if (owner.WriteFault() is { } fault) throw fault;
            owner.Log.Add("write " + name);
            file.Write(buffer, offset);
        }

        public void SetLength(long length) => file.SetLength(length);

        public void FlushToDisk()
        {
            if (owner.FlushFault() is { } fault) throw fault;
            owner.Log.Add("flush " + name);
            file.FlushToDisk();
        }

        public void Dispose() => file.Dispose();
    }
}
