using Litestream.Engine.Files;
using Litestream.Engine.Tests.Fakes;

namespace Litestream.Engine.Tests.Replication;

/// <summary>The local files, but for some names whose opening for writing fails a number of times.</summary>
internal sealed class FailingSpool(string suffix) : LocalFiles
{
    private int _failures;

    /// <summary>How many of the next openings fail.</summary>
    public int Failures
    {
        get => Math.Max(0, Volatile.Read(ref _failures));
        set => Volatile.Write(ref _failures, value);
    }

    public override IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null)
    {
        if (mode != FileOpenMode.Read && path.EndsWith(suffix, StringComparison.Ordinal) && path.Contains("-litestream-ps", StringComparison.Ordinal)
            && Failures > 0 && Interlocked.Decrement(ref _failures) >= 0)
            throw new IOException("It can't be written for now.");
        return base.Open(path, mode, unixMode);
    }
}
