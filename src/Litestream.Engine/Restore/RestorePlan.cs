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

    /// <summary>The generation.</summary>
    public GenerationId Generation => Snapshot.Generation;

    /// <summary>Stored bytes to read.</summary>
    public long Size => Snapshot.Size + Segments.Sum(s => s.Size);

    /// <summary>The time of the newest object that is read: the state is that of this moment.</summary>
    public DateTimeOffset RestoresTo => Segments.Count == 0 ? Snapshot.CreatedAt : Segments[^1].CreatedAt;
}
