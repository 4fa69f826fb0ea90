namespace Litestream.Engine.Files;

/// <summary>Linux: guarded files on a thread of their own, where a close takes nobody's locks.</summary>
/// <param name="descriptors">The thread.</param>
internal sealed class SeparateFiles(SeparateDescriptors descriptors) : IGuardedFiles
{
    /// <summary>Those that are open; used on that thread alone.</summary>
    private readonly Dictionary<int, FileIdentity> _open = [];

    /// <inheritdoc/>
    public bool IsApart => true;

    /// <inheritdoc/>
    public int? TryOpen(string path, FileIdentity identity) => Run(() => TryOpenHere(path, identity));

    /// <inheritdoc/>
    public int? TryOpenAgain(FileIdentity identity) => Run(() =>
    {
        foreach (var (descriptor, its) in _open)
            if (its == identity) return TryOpenHere($"/proc/thread-self/fd/{descriptor}", identity);
        return null;
    });

    /// <inheritdoc/>
    public void Close(int descriptor, FileIdentity identity) => Run(() => _open.Remove(descriptor) ? PosixNative.Close(descriptor) : 0);

    /// <inheritdoc/>
    public T Run<T>(Func<T> use) => descriptors.Run(use);

    private int? TryOpenHere(string path, FileIdentity identity)
    {
        if (GuardedFiles.TryOpen(path) is not { } descriptor) return null;
        if (FileIdentityReader.Read(descriptor) == identity)
        {
            _open.Add(descriptor, identity);
            return descriptor;
        }

        _ = PosixNative.Close(descriptor);
        return null;
    }
}
