namespace Litestream.Engine.Sqlite;

/// <summary>What a checkpoint answers.</summary>
/// <param name="IsBusy">Somebody else is checkpointing; nothing has happened.</param>
/// <param name="Frames">Frames in the WAL; -1 if unknown.</param>
/// <param name="Backfilled">Frames of it that are in the database file; -1 if unknown.</param>
internal readonly record struct CheckpointAnswer(bool IsBusy, int Frames, int Backfilled)
{
    /// <summary>Whether the database file holds all of the WAL.</summary>
    public bool IsComplete => !IsBusy && Frames >= 0 && Frames == Backfilled;
}
