namespace Litestream.Engine.Retention;

/// <summary>What is to be deleted from a replica, what stays, and why. A value: showing it changes nothing.</summary>
/// <param name="ReplicaUrl">The replica, without secrets.</param>
/// <param name="CutOff">Where the window begins, in which every time that can be restored now still can be afterwards; null if
/// generations were asked for by name.</param>
/// <param name="Generations">Each generation that is looked at.</param>
public sealed record RetentionPlan(string ReplicaUrl, DateTimeOffset? CutOff, IReadOnlyList<GenerationRetention> Generations)
{
    /// <summary>Whether nothing goes.</summary>
    public bool IsEmpty => Generations.All(g => g.IsEmpty);

    /// <summary>Stored bytes that go.</summary>
    public long Size => Generations.Sum(g => g.Size);

    /// <summary>Snapshots that go.</summary>
    public int SnapshotCount => Generations.Sum(g => g.Snapshots.Count);

    /// <summary>WAL segments that go.</summary>
    public int SegmentCount => Generations.Sum(g => g.Segments.Count);
}
