using Litestream.Engine.Format;

namespace Litestream.Engine.Retention;

/// <summary>What goes of one generation, and what stays.</summary>
/// <param name="Generation">The generation as it was listed.</param>
/// <param name="Reason">Why it goes or stays.</param>
/// <param name="Snapshots">The snapshots that go, in order of index.</param>
/// <param name="Segments">The WAL segments that go, in order of position.</param>
public sealed record GenerationRetention(
    GenerationInfo Generation, RetentionReason Reason, IReadOnlyList<SnapshotInfo> Snapshots, IReadOnlyList<WalSegmentInfo> Segments)
{
    /// <summary>Whether nothing of it goes.</summary>
    public bool IsEmpty => Snapshots.Count + Segments.Count == 0;

    /// <summary>Whether all of it goes.</summary>
    public bool IsWhole => Snapshots.Count == Generation.Snapshots.Count && Segments.Count == Generation.Segments.Count;

    /// <summary>Marks that go without a snapshot, as Litestream's own retention leaves them: before the first snapshot that stays.</summary>
    internal IEnumerable<int> OrphanedMarks =>
        Generation.Marks.Except(Generation.Snapshots.Select(s => s.Index)).Where(i => KeptSnapshots.FirstOrDefault() is not { } first || i < first.Index);

    /// <summary>Stored bytes that go.</summary>
    public long Size => Snapshots.Sum(s => s.Size) + Segments.Sum(s => s.Size);

    /// <summary>Snapshots that stay, in order of index.</summary>
    public IEnumerable<SnapshotInfo> KeptSnapshots => Generation.Snapshots.Except(Snapshots);

    /// <summary>The earliest time that can be restored afterwards; null if none can.</summary>
    public DateTimeOffset? RestorableFrom => KeptSnapshots.Select(s => (DateTimeOffset?)s.CreatedAt).Min();
}
