namespace Litestream.Engine.Format;

/// <summary>A generation as it is listed in a replica: what a restore chooses from.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Snapshots">Its snapshots in order of index.</param>
/// <param name="Segments">Its WAL segments in order of position.</param>
public sealed record GenerationInfo(
    GenerationId Id, IReadOnlyList<SnapshotInfo> Snapshots, IReadOnlyList<WalSegmentInfo> Segments)
{
    /// <summary>Indexes of the snapshots that were stored and that no retention of ours has let go: the marks beside them say so. A snapshot without a mark is as good.</summary>
    public IReadOnlyList<int> Marks { get; init; } = [];

    /// <summary>Time of the earliest object; null if there is none.</summary>
    public DateTimeOffset? CreatedAt => Times().Cast<DateTimeOffset?>().Min();

    /// <summary>Time of the latest object; null if there is none.</summary>
    public DateTimeOffset? UpdatedAt => Times().Cast<DateTimeOffset?>().Max();

    /// <summary>Stored bytes of all objects.</summary>
    public long Size => Snapshots.Sum(s => s.Size) + Segments.Sum(s => s.Size);

    private IEnumerable<DateTimeOffset> Times() =>
        Snapshots.Select(s => s.CreatedAt).Concat(Segments.Select(s => s.CreatedAt));
}
