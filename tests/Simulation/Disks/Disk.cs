namespace Litestream.Simulation.Disks;

/// <summary>One file system: names and files. Does what it is told; faults and crashes are the machine's.</summary>
internal sealed class Disk
{
    private ulong _lastNumber = 100;

    public Disk() => Root = new(Changes);

    private Disk(Disk other)
    {
        _lastNumber = other._lastNumber;
        Root = (DiskFolder)other.Root.Fork([], Changes);
    }

    public DiskFolder Root { get; }

    /// <summary>What was changed so far.</summary>
    public DiskChanges Changes { get; } = new();

    /// <summary>The same disk, which goes its own way from now on. Content is shared until one of both changes it.</summary>
    public Disk Fork() => new(this);

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
        var file = new DiskFile(++_lastNumber, Changes) { ModifiedAt = time };
        ParentOf(path).Change((Path.GetFileName(path), file));
        return file;
    }

    public void CreateFolder(string path)
    {
        var folder = Root;
        foreach (var name in Parts(path))
        {
            if (folder.Find(name) is null) folder.Change((name, new DiskFolder(Changes)));
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

    /// <summary>Gives a file a second name.</summary>
    public void Link(string from, string to) =>
        ParentOf(to).Change((Path.GetFileName(to), FindFile(from) ?? throw new FileNotFoundException($"'{from}' is not there.")));

    /// <summary>Exchanges two files in one step.</summary>
    public void Exchange(string one, string other)
    {
        var (first, second) = (FindFile(one)!, FindFile(other)!);
        ParentOf(one).Change((Path.GetFileName(one), second), (Path.GetFileName(other), first));
    }

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
