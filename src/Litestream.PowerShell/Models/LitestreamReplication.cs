namespace Litestream.PowerShell.Models;

/// <summary>A running (or failed) replication of one database to one replica, at one moment.</summary>
public sealed record LitestreamReplication
{
    /// <summary>Full path of the database.</summary>
    public required string DatabasePath { get; init; }

    /// <summary>The replica, without secrets.</summary>
    public required string Replica { get; init; }

    /// <summary>Full path of the folder for what waits to be shipped; null where a process of an older version does not tell.</summary>
    public string? MetadataPath { get; init; }

    /// <summary>Starting, Waiting, Running, Stopping, Stopped or Failed.</summary>
    public required string State { get; init; }

    /// <summary>Of this replica: Connecting, Running, Retrying, or GivenUp when too much waited for it; a new generation begins when it
    /// takes data again.</summary>
    public required string ReplicaState { get; init; }

    /// <summary>The present generation; null before there is one.</summary>
    public string? Generation { get; init; }

    /// <summary>How far the database is captured.</summary>
    public LitestreamPosition? Position { get; init; }

    /// <summary>How far the replica holds it.</summary>
    public LitestreamPosition? ReplicaPosition { get; init; }

    /// <summary>Age of the oldest change that the replica does not hold; zero if there is none.</summary>
    public TimeSpan Lag { get; init; }

    /// <summary>WAL bytes captured that the replica does not hold.</summary>
    public long LagBytes { get; init; }

    /// <summary>Compressed WAL bytes that wait in the metadata folder for this replica; -SpoolLimit bounds them.</summary>
    public long SpoolBytes { get; init; }

    /// <summary>Compressed bytes of snapshots that wait there for this replica; not bounded.</summary>
    public long SnapshotBytes { get; init; }

    /// <summary>Stored bytes that went to all replicas of the database since the start.</summary>
    public long BytesShipped { get; init; }

    /// <summary>Requests to the replica's store since the start, by kind; null of a folder.</summary>
    public LitestreamRequestCount? Requests { get; init; }

    /// <summary>Since when it runs, UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last commit was seen, UTC.</summary>
    public DateTimeOffset? LastChangeAt { get; init; }

    /// <summary>When the replica last held everything captured, UTC.</summary>
    public DateTimeOffset? LastSyncAt { get; init; }

    /// <summary>The last failure, kept after recovery.</summary>
    public Exception? LastError { get; init; }

    /// <summary>When <see cref="LastError"/> was, UTC; null also for a failure of the capture side.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>The process that replicates.</summary>
    public int ProcessId { get; init; }

    /// <summary>Id of the job in the session that started it; null for one in the foreground or in another process.</summary>
    public int? JobId { get; init; }
}
