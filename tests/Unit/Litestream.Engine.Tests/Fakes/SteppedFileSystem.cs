using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files, with a test that may step in before every single operation: fail it, or let it hang.</summary>
internal sealed class SteppedFileSystem : LocalFiles
{
    /// <summary>Is called with the operation and the path, on any thread.</summary>
    public Action<string, string> Before { get; set; } = (_, _) => { };

    /// <summary>Changes what is told about the identity of a file or folder.</summary>
    public Func<string, FileIdentity?, FileIdentity?> Identifying { get; set; } = (_, identity) => identity;

    public override IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null)
    {
        Before(mode == FileOpenMode.Read ? "open" : "create", path);
        return new SteppedFile(this, base.Open(path, mode, unixMode), path);
    }

    public override FileEntry? Find(string path) => Step("find", path, base.Find);

    public override FileIdentity? Identify(string path) => Identifying(path, Step("identify", path, base.Identify));

    public override UnixFileMode? GetUnixMode(string path) => Step("mode", path, base.GetUnixMode);

    public override IReadOnlyList<FileEntry> List(string directory) => Step("list", directory, base.List);

    public override void CreateDirectory(string directory, UnixFileMode? unixMode = null)
    {
        Before("create folder", directory);
        base.CreateDirectory(directory, unixMode);
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

    public override void DeleteDirectory(string directory)
    {
        Before("delete folder", directory);
        base.DeleteDirectory(directory);
    }

    public override void DeleteEmptyDirectory(string directory)
    {
        Before("delete folder", directory);
        base.DeleteEmptyDirectory(directory);
    }

    public override void SetModifiedTime(string path, DateTimeOffset time)
    {
        Before("time", path);
        base.SetModifiedTime(path, time);
    }

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
