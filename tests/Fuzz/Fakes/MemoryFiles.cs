using Litestream.Engine.Files;

namespace Litestream.Fuzz.Fakes;

/// <summary>Files in memory, as far as parsers need them.</summary>
internal sealed class MemoryFiles : IFileSystem
{
    private readonly Dictionary<string, MemoryFile> _files = [];

    /// <summary>Puts a file there.</summary>
    public MemoryFiles With(string path, ReadOnlySpan<byte> content)
    {
        _files[path] = new(content);
        return this;
    }

    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) => mode switch
    {
        FileOpenMode.Create => _files[path] = new(),
        FileOpenMode.CreateNew => _files.TryAdd(path, new()) ? _files[path] : throw new IOException("It exists."),
        _ => _files.GetValueOrDefault(path) ?? throw new FileNotFoundException(path),
    };

    public FileEntry? Find(string path) => _files.TryGetValue(path, out var file) ? new(Path.GetFileName(path), file.Length, default, false) : null;

    public FileIdentity? Identify(string path) => null;

    public UnixFileMode? GetUnixMode(string path) => null;

    public IReadOnlyList<FileEntry> List(string directory) => [];

    public void CreateDirectory(string directory, UnixFileMode? unixMode = null)
    {
        // paths are names
    }

    public void FlushDirectory(string directory)
    {
        // memory is all there is
    }

    public void Rename(string from, string to, bool overwrite)
    {
        _files[to] = _files[from];
        _files.Remove(from);
    }

    public void Delete(string path) => _files.Remove(path);

    public void Swap(string from, string to, string former) => throw new NotSupportedException();

    public bool TryExchange(string one, string other) => false;

    public bool TryLink(string from, string to) => false;

    public void CopyAccess(string from, string to) => throw new NotSupportedException();

    public bool IsUnused(string path, FileIdentity identity) => false;

    public IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own) => [];

    public void DeleteDirectory(string directory) => throw new NotSupportedException();

    public void DeleteEmptyDirectory(string directory) => throw new NotSupportedException();

    public void SetModifiedTime(string path, DateTimeOffset time) => throw new NotSupportedException();

    public IDisposable? TryLock(string path, UnixFileMode? unixMode = null) => throw new NotSupportedException();

    public IDisposable Watch(string path, Action changed) => throw new NotSupportedException();

    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) => null;
}
