namespace Litestream.Engine.Files;

/// <summary>A folder that <see cref="Inotify"/> watches for somebody.</summary>
/// <param name="end">Ends it; called once.</param>
/// <param name="isOf">See <see cref="IsOf"/>.</param>
internal sealed class InotifyWatch(Action end, Func<string, bool> isOf) : IDisposable
{
    private Action? _end = end;

    /// <summary>Whether a name leads to the folder that is watched, and not to one that was made anew under it.</summary>
    /// <param name="directory">The name.</param>
    public bool IsOf(string directory) => isOf(directory);

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
