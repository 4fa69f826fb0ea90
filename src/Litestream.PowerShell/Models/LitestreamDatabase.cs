namespace Litestream.PowerShell.Models;

/// <summary>A database that a configuration file names. Piped to a cmdlet with -ConfigPath, it means itself.</summary>
public sealed record LitestreamDatabase
{
    /// <summary>Full path of the database.</summary>
    public required string Database { get; init; }

    /// <summary>Where it is replicated to.</summary>
    public required LitestreamReplica[] Replicas { get; init; }

    /// <summary>The replicas' names, in the same order.</summary>
    public required string[] ReplicaNames { get; init; }

    /// <summary>Whether the file exists.</summary>
    public bool Exists { get; init; }

    /// <summary>Whether a process of this account replicates it now.</summary>
    public bool IsReplicating { get; init; }

    /// <summary>The process that replicates it; null if none does.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Folder for what waits to be shipped; null for the one beside the database.</summary>
    public string? MetadataPath { get; init; }

    /// <summary>Under steady writes, the time between two WAL segments.</summary>
    public TimeSpan SyncInterval { get; init; }

    /// <summary>The longest time between two snapshots; null for as many as Retention needs.</summary>
    public TimeSpan? SnapshotInterval { get; init; }

    /// <summary>How far back every time can be restored; null keeps all.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>How often the replicas are looked through for what is older.</summary>
    public TimeSpan RetentionCheckInterval { get; init; }

    /// <summary>WAL pages after which the database is checkpointed.</summary>
    public int CheckpointPageCount { get; init; }

    /// <summary>The file.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>Whether environment variables in the file were left as they are.</summary>
    public bool NoExpandEnvironment { get; init; }

    /// <summary>The path.</summary>
    public override string ToString() => Database;
}
