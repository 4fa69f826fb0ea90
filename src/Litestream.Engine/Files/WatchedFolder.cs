using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Litestream.Engine.Files;

/// <summary>The watcher of a folder, for those of its files that somebody asked for.</summary>
internal sealed class WatchedFolder : IDisposable
{
    private readonly ConcurrentDictionary<string, ImmutableArray<WatchedFile>> _files = new(NameComparer);
    private readonly IDisposable _watch;

    /// <summary>Begins to watch.</summary>
    /// <param name="directory">The folder.</param>
    /// <exception cref="IOException">It is missing, or the system has no watcher left.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public WatchedFolder(string directory) => _watch = OperatingSystem.IsLinux()
        ? Inotify.OfProcess.Watch(directory, Tell)
        : new FolderWatch(directory, recursive: false, path => Tell(path == directory ? null : Path.GetFileName(path)));

    /// <summary>Whether the folder of that name is still the one that is watched. One that was made anew may have the number of the former, and within a tick of the clock its birth, too. True where that
    /// can't be known.</summary>
    public bool IsPresent => _watch is not InotifyWatch { IsPresent: false };

    /// <summary>Adds a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="changed">Is called when it may have changed.</param>
    public WatchedFile Add(string name, Action changed)
    {
        var file = new WatchedFile(name, changed);
        _files.AddOrUpdate(name, [file], (_, others) => others.Add(file));
        return file;
    }

    /// <summary>Removes a file. One thread at a time.</summary>
    /// <param name="file">What was added.</param>
    /// <returns>Whether none is left.</returns>
    public bool Remove(WatchedFile file)
    {
        if (_files[file.Name].Remove(file) is { IsEmpty: false } others) _files[file.Name] = others;
        else _files.TryRemove(file.Name, out _);
        return _files.IsEmpty;
    }

    public void Dispose() => _watch.Dispose();

    private static StringComparer NameComparer { get; } = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    private void Tell(string? name)
    {
        if (name is null) TellAll();
        else if (_files.TryGetValue(name, out var files)) foreach (var file in files) file.Changed();
    }

    private void TellAll()
    {
        foreach (var files in _files.Values) foreach (var file in files) file.Changed();
    }
}
