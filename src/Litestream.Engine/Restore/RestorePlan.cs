using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>What a restore will read, in order. A value: showing it changes nothing.</summary>
/// <param name="ReplicaUrl">The replica, without secrets.</param>
/// <param name="Snapshot">Where it starts.</param>
/// <param name="Segments">WAL segments applied on top, in order of position; the last may be applied in part.</param>
public sealed record RestorePlan(string ReplicaUrl, SnapshotInfo Snapshot, IReadOnlyList<WalSegmentInfo> Segments)
{
    /// <summary>Where in the last index the application stops, in bytes; null for the end of the last segment.</summary>
    public long? StopOffset { get; init; }

    /// <summary>Segments of the snapshot's own index behind the end: they are not applied, but tell whether the snapshot is ahead of it.</summary>
    public IReadOnlyList<WalSegmentInfo> Beyond { get; init; } = [];

    /// <summary>Whether the restore may stop at the last commit before damage, and use another snapshot than the first choice.</summary>
    public bool AllowsPartial { get; init; }

    /// <summary>Whether all that was listed of the generation is asked for.</summary>
    internal bool IsLatest { get; init; }

    /// <summary>Whether any generation of the replica will do.</summary>
    internal bool IsOfAnyGeneration { get; init; }

    /// <summary>Whether each index has to be tied to the end of the one before, so that nothing can be missing between them; and <see cref="Next"/> to the
    /// last one, if it is there.</summary>
    internal bool NeedsLinks { get; init; }

    /// <summary>The first segment that is not asked for: where its index follows on the end of the last one that is, nothing is missing there.</summary>
    internal WalSegmentInfo? Next { get; init; }

    /// <summary>What is known by names alone not to be reached; null if nothing is. Only where <see cref="AllowsPartial"/>.</summary>
    public RestoreLoss? Loss { get; init; }

    /// <summary>What might do, in order, when this plan's snapshot is of no use; tried where <see cref="AllowsPartial"/>, or where nothing can be lost
    /// by it.</summary>
    public IReadOnlyList<RestorePlan> Alternatives { get; init; } = [];

    /// <summary>What is remarkable about the choice.</summary>
    public IReadOnlyList<RestoreWarning> Warnings { get; init; } = [];

    /// <summary>Whether the restore ends in the middle of the snapshot's own index.</summary>
    public bool EndsInSnapshotIndex =>
        Segments.Count > 0 && Segments[^1].Start.Index == Snapshot.Index && (StopOffset is not null || Beyond.Count > 0);

    /// <summary>The generation.</summary>
    public GenerationId Generation => Snapshot.Generation;

    /// <summary>Stored bytes to read.</summary>
    public long Size => Snapshot.Size + Segments.Sum(s => s.Size);

    /// <summary>The time of the newest object that is read: the state is that of this moment.</summary>
    public DateTimeOffset RestoresTo => Segments.Count == 0 ? Snapshot.CreatedAt : Segments[^1].CreatedAt;
}
