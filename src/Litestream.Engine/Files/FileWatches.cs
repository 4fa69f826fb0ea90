namespace Litestream.Engine.Files;

/// <summary>Watches files by way of their folders, so that their creation and replacement are seen too. All files of a folder share a watcher,
/// which is told of every file of its folder.</summary>
internal sealed class FileWatches
{
    private readonly Dictionary<(string Path, FileIdentity Identity), WatchedFolder> _folders = [];

    /// <summary>Begins to watch a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="changed">Called on any thread; must return at once and not throw.</param>
    /// <returns>Ends the watching when disposed: it is not called afterwards.</returns>
    /// <exception cref="IOException">The folder is missing, or the system has no watcher left.</exception>
    public IDisposable Watch(string path, Action changed)
    {
        var directory = Path.GetDirectoryName(path)!;
        // a folder that was made anew under its name has another watcher
        var key = (directory, FileIdentityReader.Read(directory) ?? throw new DirectoryNotFoundException($"The folder '{directory}' is missing."));
        lock (_folders)
        {
            var folder = _folders.GetValueOrDefault(key) is { IsPresent: true } known ? known : new WatchedFolder(directory);
            _folders[key] = folder;
            var watched = folder.Add(Path.GetFileName(path), changed);
            return new Subscription(() =>
            {
                watched.End();
                lock (_folders)
                {
                    if (!folder.Remove(watched)) return;
                    if (_folders.GetValueOrDefault(key) == folder) _folders.Remove(key);
                    folder.Dispose();
                }
            });
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
