using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files, with a test that may step in before each operation: wait, count, throw, or let an application work.</summary>
internal sealed class HookedFileSystem : LocalFiles
{
    /// <summary>Is called with the operation ("open", "write", "flush", "find", "identify", "list", "delete", "rename", "flush folder") and the path, on any
    /// thread.</summary>
    public Action<string, string> Before { get; set; } = (_, _) => { };

    /// <summary>What a file is said to look like, by what it does.</summary>
    public Func<FileEntry?, FileEntry?> Shows { get; set; } = found => found;

    /// <summary>Whether changes of watched files are not told.</summary>
    public bool IsDeaf { get; init; }

    /// <summary>Whether the times of files tell of changes all the same.</summary>
    public bool IsExact { get; set; }

    public override IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null)
    {
        Before("open", path);
        return new HookedFile(this, base.Open(path, mode, unixMode), path);
    }

    public override FileEntry? Find(string path)
    {
        Before("find", path);
        return Shows(base.Find(path));
    }

    public override FileIdentity? Identify(string path)
    {
        Before("identify", path);
        return base.Identify(path);
    }

    public override IReadOnlyList<FileEntry> List(string directory)
    {
        Before("list", directory);
        return base.List(directory);
    }

    public override void FlushDirectory(string directory)
    {
        Before("flush folder", directory);
        base.FlushDirectory(directory);
    }

    public override void Rename(string from, string to, bool overwrite)
    {
        Before("rename", to);
        base.Rename(from, to, overwrite);
    }

    public override void Delete(string path)
    {
        Before("delete", path);
        base.Delete(path);
    }

    public override IDisposable Watch(string path, Action changed) => base.Watch(path, IsDeaf ? () => { } : changed);

    public override bool TellsAtOnce => (!IsDeaf || IsExact) && base.TellsAtOnce;

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
