using Litestream.Simulation.Vfs;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Litestream.Simulation.Applications;

/// <summary>An application's connection, on the simulated disk.</summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _handle;

    private Connection(sqlite3 handle) => _handle = handle;

    public bool InTransaction => sqlite3_get_autocommit(_handle) == 0;

    public static Connection Open(string path, int busyTimeout)
    {
        var code = sqlite3_open_v2(path, out var handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, SimulatedVfs.Name);
        if (code != SQLITE_OK)
        {
            handle?.Dispose();
            throw new SqlException(code, "open");
        }

        sqlite3_extended_result_codes(handle, 1);
        sqlite3_busy_timeout(handle, busyTimeout);
        return new(handle);
    }

    /// <summary>Runs a statement to its end and answers the first column of its last row.</summary>
    public string? Execute(string sql, params object[] values)
    {
        Check(sqlite3_prepare_v2(_handle, sql, out var statement), sql);
        using (statement)
        {
            for (var i = 0; i < values.Length; i++)
            {
                var code = values[i] is byte[] bytes
                    ? sqlite3_bind_blob(statement, i + 1, bytes)
                    : sqlite3_bind_int64(statement, i + 1, Convert.ToInt64(values[i], null));
                Check(code, sql);
            }

            string? result = null;
            int step;
            while ((step = sqlite3_step(statement)) == SQLITE_ROW) result = sqlite3_column_text(statement, 0).utf8_to_string();
            return step == SQLITE_DONE ? result : throw new SqlException(step, sql);
        }
    }

    public int Checkpoint(int mode) => sqlite3_wal_checkpoint_v2(_handle, "main", mode, out _, out _);

    /// <summary>Whether the database file holds all of the WAL.</summary>
    public bool IsBackfilled()
    {
        Execute("SELECT count(*) FROM ledger");
        return sqlite3_wal_checkpoint_v2(_handle, "main", -1, out var frames, out var backfilled) == SQLITE_OK && frames == backfilled;
    }

    public void RollBack()
    {
        if (InTransaction) _ = sqlite3_exec(_handle, "ROLLBACK");
    }

    public void Dispose() => _handle.Dispose();

    private static void Check(int code, string sql)
    {
        if (code != SQLITE_OK) throw new SqlException(code, sql);
    }
}
