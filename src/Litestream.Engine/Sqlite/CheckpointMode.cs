namespace Litestream.Engine.Sqlite;

/// <summary>Modes of sqlite3_wal_checkpoint_v2 that are ever used on a user's database.</summary>
internal enum CheckpointMode
{
    /// <summary>Only tells how far the WAL is backfilled; takes no lock.</summary>
    Ask = -1,

    /// <summary>Backfills what no reader needs; waits for nobody.</summary>
    Passive = 0,
}
