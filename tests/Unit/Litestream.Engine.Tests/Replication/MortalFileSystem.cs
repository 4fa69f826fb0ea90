using Litestream.Engine.Files;
using Litestream.Engine.Tests.Fakes;

namespace Litestream.Engine.Tests.Replication;

/// <summary>The local files, until the process dies: from then on nothing changes any file.</summary>
/// <param name="steps">How many changes are made before.</param>
internal sealed class MortalFileSystem(int steps) : LocalFiles
{
    private int _left = steps;

    /// <summary>Whether it has died.</summary>
    public bool IsDead => _left < 0;

    public override IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null)
    {
        if (mode != FileOpenMode.Read) Live();
        return base.Open(path, mode, unixMode);
    }

    public override void Rename(string from, string to, bool overwrite)
    {
        Live();
        base.Rename(from, to, overwrite);
    }

    public override bool TryExchange(string one, string other)
    {
        Live();
        return base.TryExchange(one, other);
    }

    public override bool TryLink(string from, string to)
    {
        Live();
        return base.TryLink(from, to);
    }

    public override void Delete(string path)
    {
        Live();
        base.Delete(path);
    }

    public override void DeleteDirectory(string directory)
    {
        Live();
        base.DeleteDirectory(directory);
    }

    public override void DeleteEmptyDirectory(string directory)
    {
        Live();
        base.DeleteEmptyDirectory(directory);
    }

    private void Live()
    {
        if (Interlocked.Decrement(ref _left) < 0) throw new DeathException();
    }

    /// <summary>Nothing that the engine knows how to go on after.</summary>
    public sealed class DeathException : Exception;
}
