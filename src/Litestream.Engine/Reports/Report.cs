namespace Litestream.Engine.Reports;

/// <summary>What is known of some replicas at a time. A value: it is written as JSON, and read back as the history of a later one.</summary>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="Replicas">What each replica holds, and what was proven of it.</param>
public sealed record Report(DateTimeOffset CreatedAt, IReadOnlyList<ReplicaReport> Replicas)
{
    /// <summary>The form of the JSON.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The form that it was written in.</summary>
    public int Version { get; init; } = CurrentVersion;
}
