namespace Litestream.Engine.Replication;

/// <summary>What a <see cref="ReplicationEvent"/> tells.</summary>
public enum ReplicationEventKind
{
    /// <summary>Replication has begun or goes on with a generation.</summary>
    Started,

    /// <summary>The database is not there, has no page yet, or can't be opened for now; the message says which.</summary>
    Waiting,

    /// <summary>A database has come to a folder of the configuration; its replication begins.</summary>
    DatabaseFound,

    /// <summary>A database has gone from a folder of the configuration; its replication ends, and its replicas stay as they are.</summary>
    DatabaseGone,

    /// <summary>A folder of the configuration, or a database in it, can't be looked at or replicated as it is; the others go on.</summary>
    FolderTrouble,

    /// <summary>Other processes can't reach the replication; it goes on.</summary>
    ControlUnavailable,

    /// <summary>A former writer has not let a replica go: this replication goes on in its place, and it is refused if it still runs.</summary>
    LeaseReplaced,

    /// <summary>At the end a replica could not be let go: it stays this replication's.</summary>
    LeaseKept,

    /// <summary>What broken uploads may have left on a replica can't be looked for; replication goes on.</summary>
    Untidied,

    /// <summary>The database can't be watched for changes, and is looked at now and then instead.</summary>
    Unwatched,

    /// <summary>The database was switched to WAL mode.</summary>
    JournalModeSwitched,

    /// <summary>A new generation has begun; the message says why.</summary>
    GenerationStarted,

    /// <summary>It can't be proven that every commit was captured: the database is compared page by page with what the replica holds, or a
    /// new generation follows.</summary>
    ContinuityLost,

    /// <summary>Something in this process opened and closed the database or its -shm, and dropped SQLite's locks by that: all connections
    /// are opened anew, and what was missed is found out.</summary>
    LocksLost,

    /// <summary>The generation goes on with the pages that were changed unwatched.</summary>
    Reconciled,

    /// <summary>The clock shows an earlier time than what was recorded: restores to a time can't tell apart what is recorded until it has
    /// passed that.</summary>
    ClockBehind,

    /// <summary>The WAL could not be backfilled into the database file; capture goes on.</summary>
    CheckpointFailed,

    /// <summary>A snapshot is being copied; see <see cref="ReplicationEvent.BytesDone"/>.</summary>
    SnapshotProgress,

    /// <summary>A snapshot is on a replica.</summary>
    SnapshotShipped,

    /// <summary>Retention has let go what is older than its window.</summary>
    RetentionApplied,

    /// <summary>A sync failed and will be tried again.</summary>
    RetryScheduled,

    /// <summary>After failures a replica takes data again.</summary>
    Recovered,

    /// <summary>The source moves and a position does not.</summary>
    Stalled,

    /// <summary>More waits for a replica than the spool's bound allows: the replica is given up until it takes data again.</summary>
    SpoolFull,

    /// <summary>What waited of a generation for a replica is given up, because it does not continue what is there, was removed, or is more than may wait.</summary>
    TailAbandoned,

    /// <summary>Replication has ended as asked.</summary>
    Stopped,

    /// <summary>Replication has ended by an error.</summary>
    Failed,
}
