using Litestream.Engine.Replicas.S3;

namespace Litestream.Engine.Configuration;

/// <summary>One replica of a database.</summary>
public sealed record ReplicaConfiguration
{
    /// <summary>What the file calls it, or else its type.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of the folder, or the URL.</summary>
    public required string Url { get; init; }

    /// <summary>What is said of an S3 replica beside its URL; null for a folder.</summary>
    public S3Settings? S3 { get; init; }

    /// <summary>Its own interval; null where the file says none. The engine has one for all replicas of a database.</summary>
    internal TimeSpan? SyncInterval { get; init; }

    internal TimeSpan? SnapshotInterval { get; init; }

    internal TimeSpan? Retention { get; init; }

    internal TimeSpan? RetentionCheckInterval { get; init; }
}
