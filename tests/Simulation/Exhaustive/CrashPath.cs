namespace Litestream.Simulation.Exhaustive;

/// <summary>What was going on when it crashed.</summary>
internal enum CrashPath
{
    /// <summary>An application writes, what it has committed is captured and cut.</summary>
    Replicate,

    /// <summary>A snapshot is taken or shipped.</summary>
    Snapshot,

    /// <summary>Segments go to a folder.</summary>
    Shipping,

    /// <summary>The replicator writes to the database, its WAL or the wal-index.</summary>
    Checkpoint,

    /// <summary>What is old is let go.</summary>
    Retention,

    /// <summary>A replicator begins, and has not yet brought the replicas up to the database.</summary>
    Reconcile,

    /// <summary>A restore to a new file.</summary>
    Restore,

    /// <summary>A restore over a database that is there.</summary>
    InPlaceRestore,

    /// <summary>Such a restore is taken back.</summary>
    Undo,

    /// <summary>Anything that is asked of an S3 store, and what is done between the requests.</summary>
    S3Store,
}
