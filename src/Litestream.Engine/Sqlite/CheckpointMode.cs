namespace Litestream.Engine.Sqlite;

/// <summary>Modes of sqlite3_wal_checkpoint_v2 that are ever used on a user's database.</summary>
internal enum CheckpointMode
{
    /// <summary>Only tells how far the WAL is backfilled; takes no lock.</summary>
    Ask = -1,

    /// <summary>Backfills what no reader needs; waits for nobody.</summary>
    Passive = 0,

    /// <summary>Empties a WAL that is wholly backfilled and that no reader needs; with no busy handler it waits for nobody, and otherwise answers busy. What
    /// a reader in slot 0 keeps from being backfilled keeps it from being emptied, too.</summary>
    Truncate = 3,
}
