namespace Litestream.Engine.Files;

/// <summary>A folder that <see cref="Inotify"/> watches for somebody.</summary>
/// <param name="end">Ends it; does nothing once it has.</param>
/// <param name="isPresent">See <see cref="IsPresent"/>.</param>
internal sealed class InotifyWatch(Action end, Func<bool> isPresent) : IDisposable
{
    /// <summary>Whether its name leads to the folder that is watched, and not to one that was made anew under it.</summary>
    public bool IsPresent => isPresent();

    public void Dispose() => end();
}
