namespace Litestream.Simulation.Disks;

/// <summary>One file system: names and files. Does what it is told; faults and crashes are the machine's.</summary>
internal sealed class Disk
{
    private ulong _lastNumber = 100;

    public DiskFolder Root { get; } = new();

    public DiskEntry? Find(string path)
    {
        DiskEntry? entry = Root;
        foreach (var name in Parts(path)) entry = (entry as DiskFolder)?.Find(name);
        return entry;
    }

    public DiskFile? FindFile(string path) => Find(path) as DiskFile;

    public DiskFolder? FindFolder(string path) => Find(path) as DiskFolder;

    /// <summary>The folder that a path's last name is in.</summary>
    public DiskFolder ParentOf(string path) =>
        FindFolder(Path.GetDirectoryName(path)!) ?? throw new DirectoryNotFoundException($"No folder for '{path}'.");

    public DiskFile CreateFile(string path, DateTimeOffset time)
    {
        var file = new DiskFile(++_lastNumber) { ModifiedAt = time };
        ParentOf(path).Change((Path.GetFileName(path), file));
        return file;
    }

    public void CreateFolder(string path)
    {
        var folder = Root;
        foreach (var name in Parts(path))
        {
            if (folder.Find(name) is null) folder.Change((name, new DiskFolder()));
            folder = folder.Find(name) as DiskFolder ?? throw new IOException($"'{path}' is a file.");
        }
    }

    public void Delete(string path)
    {
        if (Find(path) is not null) ParentOf(path).Change((Path.GetFileName(path), null));
    }

    public void Rename(string from, string to)
    {
        var file = Find(from) ?? throw new FileNotFoundException($"'{from}' is not there.");
        var (source, target) = (ParentOf(from), ParentOf(to));
        if (source != target) throw new IOException("Renames between folders are not part of this model.");
        source.Change((Path.GetFileName(from), null), (Path.GetFileName(to), file));
    }

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
