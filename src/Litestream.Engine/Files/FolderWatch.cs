namespace Litestream.Engine.Files;

/// <summary>Watches what comes to a folder and goes from it.</summary>
internal sealed class FolderWatch : IDisposable
{
    private readonly FileSystemWatcher _watcher;

    public FolderWatch(string directory, bool recursive, Action<string> changed)
    {
        _watcher = new(directory)
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
        _watcher.EnableRaisingEvents = true;
    }

    public void Dispose() => _watcher.Dispose();
}
