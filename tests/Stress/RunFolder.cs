namespace Litestream.Stress;

/// <summary>Where a run keeps its files: the source, the replica, restores.</summary>
internal sealed class RunFolder
{
    private int _scratchCount;

    private RunFolder(string root) => Root = root;

    public string Root { get; }

    public string Database => Path.Combine(Root, "source", "app.db");

    public string Replica => Path.Combine(Root, "replica");

    /// <summary>Makes a new folder among the temporary files.</summary>
    public static RunFolder Create(string name)
    {
        var folder = new RunFolder(Directory.CreateTempSubdirectory($"litestream-stress-{name}-").FullName);
        Directory.CreateDirectory(Path.GetDirectoryName(folder.Database)!);
        return folder;
    }

    /// <summary>A new empty folder for a restore or a copy.</summary>
    public string Scratch(string name) =>
        Directory.CreateDirectory(Path.Combine(Root, $"{++_scratchCount:d3}-{name}")).FullName;

    /// <summary>Tells of a failure, what a replication said last, and where the files are.</summary>
    public string Describe(Exception failure, IEnumerable<string> events) =>
        $"  {(failure is RunFailedException ? failure.Message : failure)} Kept: {Root}\n{string.Concat(events.TakeLast(12).Select(e => $"    {e}\n"))}";

    public void Delete() => Directory.Delete(Root, recursive: true);
}
