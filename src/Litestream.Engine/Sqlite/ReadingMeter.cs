using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Litestream.Engine.Sqlite;

/// <summary>Tells, while SQLite works, how much it has read of a database: what takes long, as its check, is one call.</summary>
internal static class ReadingMeter
{
    /// <summary>Often enough for whoever looks on, and too rarely to cost anything.</summary>
    private const int StepsBetween = 1000;

    /// <summary>Begins to tell, until the connection is closed.</summary>
    /// <param name="connection">The open database.</param>
    /// <param name="read">Is told the pages read so far, on the thread that waits for SQLite. One that does not stay in SQLite's cache counts each time.</param>
    public static void Attach(SqliteConnection connection, Action<int> read)
    {
        var handle = connection.Handle!;
        raw.sqlite3_progress_handler(handle, StepsBetween, _ =>
        {
            if (raw.sqlite3_db_status(handle, raw.SQLITE_DBSTATUS_CACHE_MISS, out var pages, out var _, resetFlg: 0) == raw.SQLITE_OK) read(pages);
            return 0; // go on
        }, null);
    }
}
