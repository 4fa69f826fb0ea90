using Litestream.Engine.Replication;

namespace Litestream.Engine.Configuration;

/// <summary>One entry of <c>dbs</c>: a database.</summary>
public sealed record DatabaseConfiguration
{
    /// <summary>Full path of the database.</summary>
    public required string Path { get; init; }

    /// <summary>Where the entry is in the file, from 1.</summary>
    public int Line { get; init; }

    /// <summary>Full path of our metadata folder; null for the one beside the database. Never the folder that the file names: that one is
    /// Litestream's.</summary>
    public string? MetadataPath { get; init; }

    /// <summary>Where it is replicated to; at least one.</summary>
    public IReadOnlyList<ReplicaConfiguration> Replicas { get; init; } = [];

    /// <summary>Under steady writes, the time between two WAL segments: the shortest that a replica has.</summary>
    public required TimeSpan SyncInterval { get; init; }

    /// <summary>The longest time between two snapshots: the shortest that a replica has; null for as many as retention needs.</summary>
    public TimeSpan? SnapshotInterval { get; init; }

    /// <summary>How far back every time can be restored: the longest that a replica has; null keeps all.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>How often the replicas are looked through: the shortest that a replica has.</summary>
    public required TimeSpan RetentionCheckInterval { get; init; }

    /// <summary>WAL pages after which the database is checkpointed.</summary>
    public required int CheckpointPageCount { get; init; }

    /// <summary>What the engine is told of it.</summary>
    public ReplicationOptions ToOptions()
    {
        var options = new ReplicationOptions { DatabasePath = Path };
        return options with
        {
            MetadataPath = MetadataPath,
            SyncInterval = SyncInterval,
            SnapshotInterval = SnapshotInterval,
            Retention = Retention,
            RetentionCheckInterval = RetentionCheckInterval,
            CheckpointPageCount = CheckpointPageCount,
            // help comes later than the checkpoint that may not need it, in the default's proportion
            ForcedCheckpointPageCount = (int)Math.Min(int.MaxValue, (long)options.ForcedCheckpointPageCount * CheckpointPageCount / options.CheckpointPageCount),
            // as Litestream does
            WaitForDatabase = true,
        };
    }
}
