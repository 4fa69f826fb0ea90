namespace Litestream.Stress.Restores;

/// <summary>How much a replica holds.</summary>
/// <param name="Generations">Generations.</param>
/// <param name="Snapshots">Snapshots.</param>
/// <param name="Indexes">WAL indexes over all generations.</param>
/// <param name="Segments">WAL segments.</param>
/// <param name="Bytes">Stored bytes.</param>
internal sealed record ReplicaCensus(int Generations, int Snapshots, int Indexes, int Segments, long Bytes)
{
    /// <summary>Counts the files of a folder replica.</summary>
    public static ReplicaCensus Take(string replica)
    {
        var files = Directory.Exists(replica)
            ? [.. new DirectoryInfo(replica).EnumerateFiles("*.lz4", SearchOption.AllDirectories)]
            : Array.Empty<FileInfo>();
        var segments = files.Where(f => f.Name.EndsWith(".wal.lz4", StringComparison.Ordinal)).ToList();
        return new(
            files.Select(f => f.Directory!.Parent!.Name).Distinct().Count(),
            files.Length - segments.Count,
            segments.Select(f => (f.Directory!.Parent!.Name, f.Name[..8])).Distinct().Count(),
            segments.Count,
            files.Sum(f => f.Length));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Generations} generations, {Snapshots} snapshots, {Indexes} indexes, {Segments} segments, {Bytes >> 10} KiB";
}
