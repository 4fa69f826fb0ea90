using Litestream.Engine.Files;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>Does not flush what it writes.</summary>
internal sealed class UnflushedFileSystem(IFileSystem files) : IFileSystem
{
    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) => new UnflushedFile(files.Open(path, mode, unixMode));

    public FileEntry? Find(string path) => files.Find(path);

    public FileIdentity? Identify(string path) => files.Identify(path);

    public UnixFileMode? GetUnixMode(string path) => files.GetUnixMode(path);

    public IReadOnlyList<FileEntry> List(string directory) => files.List(directory);

    public void CreateDirectory(string directory, UnixFileMode? unixMode = null) => files.CreateDirectory(directory, unixMode);

    public void FlushDirectory(string directory) => files.FlushDirectory(directory);

    public void Rename(string from, string to, bool overwrite) => files.Rename(from, to, overwrite);

    public void Swap(string from, string to, string former) => files.Swap(from, to, former);

    public bool TryExchange(string one, string other) => files.TryExchange(one, other);

    public bool TryLink(string from, string to) => files.TryLink(from, to);

    public void CopyAccess(string from, string to) => files.CopyAccess(from, to);

    public bool IsUnused(string path, FileIdentity identity) => files.IsUnused(path, identity);

    public IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> open, IReadOnlyCollection<FileIdentity> own) => files.FindUsers(open, own);

    public void Delete(string path) => files.Delete(path);

    public void DeleteDirectory(string directory) => files.DeleteDirectory(directory);

    public void DeleteEmptyDirectory(string directory) => files.DeleteEmptyDirectory(directory);

    public void SetModifiedTime(string path, DateTimeOffset time) => files.SetModifiedTime(path, time);

    public IDisposable? TryLock(string path, UnixFileMode? unixMode = null) => files.TryLock(path, unixMode);

    public IDisposable Watch(string path, Action changed) => files.Watch(path, changed);

    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) =>
        files.TryGuardLocks(databasePath, database, walIndex);

    private sealed class UnflushedFile(IFile file) : IFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> buffer, long offset) => file.Write(buffer, offset);

        public void SetLength(long length) => file.SetLength(length);

        public void FlushToDisk()
        {
            // the bug
        }

        public void Dispose() => file.Dispose();
    }
}
