using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>Something that happened to a replication, for people and scripts.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Kind">What.</param>
/// <param name="Severity">How serious.</param>
/// <param name="DatabasePath">The database.</param>
/// <param name="Message">A sentence; no secrets.</param>
public sealed record ReplicationEvent(
    DateTimeOffset Time, ReplicationEventKind Kind, ReplicationSeverity Severity, string DatabasePath, string Message)
{
    /// <summary>The replica it is about; null if it is about the database.</summary>
    public string? ReplicaUrl { get; init; }

    /// <summary>The generation, once there is one.</summary>
    public GenerationId? Generation { get; init; }

    /// <summary>The position captured by then.</summary>
    public Position? Position { get; init; }

    /// <summary>The cause of a warning or error.</summary>
    public Exception? Error { get; init; }

    /// <summary>Bytes copied so far, of <see cref="ReplicationEventKind.SnapshotProgress"/>.</summary>
    public long BytesDone { get; init; }

    /// <summary>Bytes to copy in all, of <see cref="ReplicationEventKind.SnapshotProgress"/>.</summary>
    public long BytesTotal { get; init; }

    /// <summary>How long it is being copied by now, of <see cref="ReplicationEventKind.SnapshotProgress"/>.</summary>
    public TimeSpan Elapsed { get; init; }
}
