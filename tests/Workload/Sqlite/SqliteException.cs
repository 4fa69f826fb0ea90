namespace Litestream.Workload.Sqlite;

/// <summary>SQLite answered something else than success.</summary>
/// <param name="code">The extended result code.</param>
/// <param name="sql">What was asked.</param>
/// <param name="message">SQLite's words.</param>
public sealed class SqliteException(int code, string sql, string message) : Exception($"{message} ({code}): {sql}")
{
    /// <summary>The extended result code.</summary>
    public int Code { get; } = code;

    /// <summary>The name of the code, as applications see it in their logs.</summary>
    public string Kind => Code switch
    {
        5 => "BUSY",
        5 | (1 << 8) => "BUSY_RECOVERY",
        5 | (2 << 8) => "BUSY_SNAPSHOT",
        5 | (3 << 8) => "BUSY_TIMEOUT",
        6 => "LOCKED",
        10 | (2 << 8) => "IOERR_SHORT_READ",
        11 => "CORRUPT",
        15 => "PROTOCOL",
        17 => "SCHEMA",
        26 => "NOTADB",
        _ => (Code & 0xff) == 10 ? $"IOERR_{Code >> 8}" : $"CODE_{Code}",
    };

    /// <summary>Whether trying again may help: somebody else held a lock.</summary>
    public bool IsBusy => (Code & 0xff) is 5 or 6 or 15;
}
