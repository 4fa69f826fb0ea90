namespace Litestream.Engine.Files;

/// <summary>Watches what comes to a folder and goes from it.</summary>
internal sealed class FolderWatch : IDisposable
{
    private readonly FileSystemWatcher _watcher;

    /// <summary>Begins to watch.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="recursive">Whether what is in folders of it is told, too.</param>
    /// <param name="changed">Is told the full path of what may have changed; that of the folder when anything may have. Called on any thread; must not throw.</param>
    /// <exception cref="IOException">It is missing, or the system has no watcher left.</exception>
    public FolderWatch(string directory, bool recursive, Action<string> changed)
    {
        _watcher = new()
        {
            IncludeSubdirectories = recursive,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.Size | NotifyFilters.LastWrite,
        };
        _watcher.Created += (_, e) => changed(e.FullPath);
        _watcher.Deleted += (_, e) => changed(e.FullPath);
        _watcher.Changed += (_, e) => changed(e.FullPath);
        _watcher.Renamed += (_, e) =>
        {
            changed(e.OldFullPath);
            changed(e.FullPath);
        };
        // lost notifications are as good as one of the whole folder
        _watcher.Error += (_, _) => changed(directory);
        try
        {
            _watcher.Path = directory;
            _watcher.EnableRaisingEvents = true;
        }
        catch (ArgumentException e)
        {
            // so the watcher says that there is no such folder
            _watcher.Dispose();
            throw new DirectoryNotFoundException(e.Message, e);
        }
        catch
        {
            _watcher.Dispose();
            throw;
        }
    }

    public void Dispose() => _watcher.Dispose();
}
