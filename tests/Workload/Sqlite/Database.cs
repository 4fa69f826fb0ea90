using SQLitePCL;
using static SQLitePCL.raw;

namespace Litestream.Workload.Sqlite;

/// <summary>A connection that does what it is told and nothing more: no pool, no retries of its own, so that what
/// an application would see is seen here.</summary>
public sealed class Database : IDisposable
{
    private readonly Dictionary<string, sqlite3_stmt> _statements = [];
    private readonly sqlite3 _handle;

    static Database() => Batteries_V2.Init();

    private Database(sqlite3 handle) => _handle = handle;

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Opens a database.</summary>
    /// <param name="path">The file.</param>
    /// <param name="busyTimeout">SQLite's own busy timeout, in milliseconds; 0 answers at once.</param>
    /// <param name="create">Whether a missing file is made.</param>
    public static Database Open(string path, int busyTimeout, bool create = false)
    {
        var flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
        var result = sqlite3_open_v2(path, out var handle, flags, null);
        if (result != SQLITE_OK)
        {
            handle?.Dispose();
            throw new SqliteException(result, $"open {path}", sqlite3_errstr(result).utf8_to_string());
        }

        sqlite3_extended_result_codes(handle, 1);
        sqlite3_busy_timeout(handle, busyTimeout);
        return new(handle);
    }

    /// <summary>Runs one statement to its end.</summary>
    public void Execute(string sql, params object?[] values)
    {
        foreach (var _ in Query(sql, values))
        {
            // a pragma may answer with rows
        }
    }

    /// <summary>The first column of the first row, as a number; null if there is no row or it is NULL.</summary>
    public long? Number(string sql, params object?[] values)
    {
        foreach (var row in Query(sql, values)) return (long?)row[0];
        return null;
    }

    /// <summary>The first column of the first row, as a text.</summary>
    public string? Text(string sql)
    {
        foreach (var row in Query(sql)) return (string?)row[0];
        return null;
    }

    /// <summary>Runs one statement and hands out its rows: long, double, string, byte[] or null.</summary>
    public IEnumerable<object?[]> Query(string sql, params object?[] values)
    {
        var statement = Prepare(sql);
        try
        {
            for (var i = 0; i < values.Length; i++) Bind(statement, i + 1, values[i]);
            int result;
            while ((result = sqlite3_step(statement)) == SQLITE_ROW) yield return Row(statement);
            if (result != SQLITE_DONE) throw Error(result, sql);
        }
        finally
        {
            _ = sqlite3_reset(statement);
            _ = sqlite3_clear_bindings(statement);
        }
    }

    /// <summary>Undoes an open transaction, if there is one: some errors have done so already.</summary>
    public void RollBack()
    {
        if (InTransaction) Execute("ROLLBACK");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _handle.Dispose();
    }

    private sqlite3_stmt Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement)) return statement;
        var result = sqlite3_prepare_v2(_handle, sql, out statement);
        if (result != SQLITE_OK) throw Error(result, sql);
        return _statements[sql] = statement;
    }

    private static void Bind(sqlite3_stmt statement, int index, object? value) => _ = value switch
    {
        null => sqlite3_bind_null(statement, index),
        byte[] bytes => sqlite3_bind_blob(statement, index, bytes),
        string text => sqlite3_bind_text(statement, index, text),
        _ => sqlite3_bind_int64(statement, index, Convert.ToInt64(value, null)),
    };

    private static object?[] Row(sqlite3_stmt statement)
    {
        var row = new object?[sqlite3_column_count(statement)];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = sqlite3_column_type(statement, i) switch
            {
                SQLITE_INTEGER => sqlite3_column_int64(statement, i),
                SQLITE_FLOAT => sqlite3_column_double(statement, i),
                SQLITE_TEXT => sqlite3_column_text(statement, i).utf8_to_string(),
                SQLITE_BLOB => sqlite3_column_blob(statement, i).ToArray(),
                _ => null,
            };
        }

        return row;
    }

    private SqliteException Error(int result, string sql)
    {
        var extended = sqlite3_extended_errcode(_handle);
        return new((extended & 0xff) == (result & 0xff) ? extended : result, sql, sqlite3_errmsg(_handle).utf8_to_string());
    }
}
