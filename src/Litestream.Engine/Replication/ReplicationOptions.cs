namespace Litestream.Engine.Replication;

/// <summary>How a database is replicated. Defaults are stated here and nowhere else.</summary>
public sealed record ReplicationOptions
{
    /// <summary>Full path of the database file.</summary>
    public required string DatabasePath { get; init; }

    /// <summary>Full path of our metadata folder; null for <c>.&lt;file&gt;-litestream-ps</c> beside the database.</summary>
    public string? MetadataPath { get; init; }

    /// <summary>Under steady writes at most one segment is cut in this time. Default 1 s.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A first change after quiet is shipped when the database has been still for this long. Default 20 ms.</summary>
    public TimeSpan QuietInterval { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Under steady writes the WAL is read, and checkpointed where it is due, once in this time, and more often where it grows
    /// fast. Default 50 ms.</summary>
    public TimeSpan CaptureInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest time between two looks at the database when the file watcher says nothing; where that one tells of each write at once
    /// (Linux), up to <see cref="LongestPollInterval"/> while nothing happens. Default 1 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between two looks at a database of which the file watcher would tell: ten times <see cref="PollInterval"/>.</summary>
    internal TimeSpan LongestPollInterval => PollInterval < TimeSpan.FromDays(1) ? PollInterval * 10 : PollInterval;

    /// <summary>After this time without a change the database is let go until the next one; null for never. Only where the system tells of each write at
    /// once (Linux). Default 5 min.</summary>
    public TimeSpan? IdleAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Bytes up to which a database is let go, unless handles are scarce: with the next change all of it may be read. Default 16 MiB.</summary>
    public long IdleSizeLimit { get; init; } = 16L << 20;

    /// <summary>WAL pages by which we have checkpointed; it is begun at three quarters of that, before an application does that has the same number. Default
    /// 1000, as SQLite and Litestream have it.</summary>
    public int CheckpointPageCount { get; init; } = 1000;

    /// <summary>After this time without a commit the WAL is checkpointed, so that foreign checkpoints never wait for us. Default 5 s.</summary>
    public TimeSpan CheckpointQuietInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>WAL pages after which a checkpoint that never gets through is helped by a moment's write lock. Default 1500: the WAL of a
    /// writer that never pauses stays within twice of what SQLite itself lets it be.</summary>
    public int ForcedCheckpointPageCount { get; init; } = 1500;

    /// <summary>Segments after which a new index begins: Litestream 0.3.13 opens all segments of an index at once. Default 500.</summary>
    public int MaxSegmentsPerIndex { get; init; } = 500;

    /// <summary>Uncompressed bytes after which a new index begins; at most 2 GiB, so that offsets stay in 8 hex digits. Default 64 MiB.</summary>
    public long MaxIndexSize { get; init; } = 64L << 20;

    /// <summary>The longest time between two snapshots of a database that changes; null for as many as <see cref="Retention"/> needs.
    /// Default null, as in Litestream.</summary>
    public TimeSpan? SnapshotInterval { get; init; }

    /// <summary>How far back a replica can be restored to any time; what is older is let go. Null, or zero and less as in Litestream,
    /// keeps all. So that something can be let go, a snapshot is taken at least this often. Default 24 h, as in Litestream, which
    /// however keeps between that and nothing.</summary>
    public TimeSpan? Retention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often a replica is looked through for what can be let go; the first time after one interval. At most
    /// <see cref="Retention"/>. Default 1 h, as in Litestream.</summary>
    public TimeSpan RetentionCheckInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Compressed bytes that may wait in the spool for one replica, snapshots not counted; beyond that the replica is given up
    /// until it takes data again. Default 1 GiB.</summary>
    public long SpoolLimit { get; init; } = 1L << 30;

    /// <summary>Whether a new generation begins at the start, though the former one could go on. Default no.</summary>
    public bool NewGeneration { get; init; }

    /// <summary>Whether replicas that belong to another replication are taken over. Default no: two that write to one replica spoil it.</summary>
    public bool TakeOver { get; init; }

    /// <summary>Whether a database that is not there at the start is waited for; its folder must be there. Default no: the path may be
    /// mistyped. One that disappears later is always waited for.</summary>
    public bool WaitForDatabase { get; init; }

    /// <summary>Whether a database that is not in WAL mode may be switched to it. Default no.</summary>
    public bool AllowJournalModeSwitch { get; init; }

    /// <summary>How long an operation on a replica may take without any progress before it is given up and tried again. Default 2 min.</summary>
    public TimeSpan ReplicaTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long the last sync may take when replication is stopped. Default 30 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
