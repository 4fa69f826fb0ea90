using System.Text;
using Litestream.Engine.Files;

namespace Litestream.Engine.Spool;

/// <summary>Remembers over restarts which replica folders were seen on volumes of their own: see <see cref="Replicas.FolderVolume"/>.
/// Safe for concurrent use.</summary>
/// <param name="folder">Holds the list.</param>
/// <param name="files">Where.</param>
internal sealed class MountedReplicas(MetadataFolder folder, IFileSystem files)
{
    private readonly object _lock = new();
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    private string ListPath => Path.Combine(folder.Root, "mounted-replicas");

    /// <summary>Reads the list.</summary>
    public void Load()
    {
        if (files.Find(ListPath) is null) return;
        using var reader = new StreamReader(new FileSystemStream(files.Open(ListPath, FileOpenMode.Read)), Encoding.UTF8);
        while (reader.ReadLine() is { } path) _paths.Add(path);
    }

    /// <summary>Whether a folder is on the list.</summary>
    public bool Contains(string path)
    {
        lock (_lock) return _paths.Contains(path);
    }

    /// <summary>Adds a folder, durably.</summary>
    public void Add(string path)
    {
        lock (_lock)
        {
            Write(_paths.Append(path));
            _paths.Add(path);
        }
    }

    /// <summary>Writes the list again, where its file was removed.</summary>
    public void Rewrite()
    {
        lock (_lock)
        {
            if (_paths.Count > 0) Write(_paths);
        }
    }

    private void Write(IEnumerable<string> paths) =>
        DurableFile.Write(files, ListPath, Encoding.UTF8.GetBytes(string.Concat(paths.Select(p => p + "\n"))), folder.FileMode);
}
