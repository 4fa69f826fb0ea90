using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>A replication at one moment.</summary>
/// <param name="DatabasePath">The database.</param>
/// <param name="State">What it is doing.</param>
/// <param name="StartedAt">Since when, UTC.</param>
/// <param name="Replicas">Each replica.</param>
public sealed record ReplicationStatus(
    string DatabasePath, ReplicationState State, DateTimeOffset StartedAt, IReadOnlyList<ReplicaStatus> Replicas)
{
    /// <summary>Full path of its metadata folder; null where a process of an older version does not tell.</summary>
    public string? MetadataPath { get; init; }

    /// <summary>The present generation; null before there is one.</summary>
    public GenerationId? Generation { get; init; }

    /// <summary>How far the database is captured; null before a generation is there.</summary>
    public Position? Position { get; init; }

    /// <summary>When the last commit was seen, UTC.</summary>
    public DateTimeOffset? LastChangeAt { get; init; }

    /// <summary>Compressed WAL bytes in the spool that some replica waits for.</summary>
    public long SpoolBytes { get; init; }

    /// <summary>Compressed bytes of snapshots in the spool that some replica waits for, besides <see cref="SpoolBytes"/>.</summary>
    public long SnapshotBytes { get; init; }

    /// <summary>How far the snapshot is that the present generation begins with; null if none is being copied.</summary>
    public SnapshotCopy? FirstSnapshot { get; init; }

    /// <summary>Stored bytes that went to the replicas since the start, of all together.</summary>
    public long BytesShipped { get; init; }

    /// <summary>The last failure of the capture side, kept after recovery.</summary>
    public Exception? LastError { get; init; }
}
