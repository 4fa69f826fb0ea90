namespace Litestream.Engine.Capture;

/// <summary>What came of a checkpoint of ours.</summary>
internal enum CheckpointOutcome
{
    /// <summary>The WAL is wholly backfilled and the reader rests in slot 0: the next commit restarts the WAL.</summary>
    Rests,

    /// <summary>A writer was in the way that commits all the time.</summary>
    Hindered,

    /// <summary>Somebody else's checkpoint was in the way, or the file can't be written to.</summary>
    HinderedByCheckpoint,

    /// <summary>A reader of the application needs what the database file holds: it would be in the way of every checkpoint.</summary>
    HinderedByReader,
}
