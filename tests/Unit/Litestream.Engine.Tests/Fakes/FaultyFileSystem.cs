using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files, with a log of what makes things durable, and faults where a test wants them.</summary>
internal sealed class FaultyFileSystem : LocalFiles
{
    /// <summary>What was done, in order.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Thrown by every write, if set.</summary>
    public Func<Exception?> WriteFault { get; set; } = () => null;

    /// <summary>Thrown by every flush of a file, if set.</summary>
    public Func<Exception?> FlushFault { get; set; } = () => null;

    /// <summary>Called before a rename.</summary>
    public Action<string> Renaming { get; set; } = _ => { };

    public override IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) =>
        new FaultyFile(this, base.Open(path, mode, unixMode), Path.GetFileName(path));

    public override void FlushDirectory(string directory)
    {
        Log.Add("flush folder " + Path.GetFileName(directory));
        base.FlushDirectory(directory);
    }

    public override void Rename(string from, string to, bool overwrite)
    {
        Log.Add($"rename {Path.GetFileName(from)} {Path.GetFileName(to)}");
        Renaming(to);
        base.Rename(from, to, overwrite);
    }

    public override void SetModifiedTime(string path, DateTimeOffset time)
    {
        Log.Add("time " + Path.GetFileName(path));
        base.SetModifiedTime(path, time);
    }

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
