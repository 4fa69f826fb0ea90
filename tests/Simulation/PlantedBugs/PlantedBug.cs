namespace Litestream.Simulation.PlantedBugs;

/// <summary>What can be made wrong with the engine, to see that the simulation finds it.</summary>
internal enum PlantedBug
{
    None,

    /// <summary>Once the WAL is wholly backfilled its life counts as ended: what is still appended to it is left out.</summary>
    IndexTiedToLife,

    /// <summary>The last commit frame in the file is the limit, whatever the wal-index says.</summary>
    CommitFrameTakenForCommit,

    /// <summary>When -wal and -shm were unlinked, the WAL at the path is taken for the next life.</summary>
    WalReopenedByPath,

    /// <summary>The reader ends before the next one begins.</summary>
    ReaderLetGo,

    /// <summary>Objects of the replica are not flushed.</summary>
    MissingFlush,

    /// <summary>After a crash an older state is taken up, and what was shipped since is cut anew and shipped over it.</summary>
    OverlappingShipment,

    /// <summary>Of the snapshots from before the window not the newest one stays, but the first one inside it.</summary>
    RetentionOffByOne,

    /// <summary>The page map describes the database file as a start finds it, not what the stream holds at its end.</summary>
    PageMapOfAnotherPosition,
}
