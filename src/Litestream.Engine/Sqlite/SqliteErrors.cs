using Litestream.Engine.Errors;
using SQLitePCL;

namespace Litestream.Engine.Sqlite;

/// <summary>The one gate from result codes to errors.</summary>
internal static class SqliteErrors
{
    private const int PrimaryMask = 0xff;

    /// <summary>Whether a code only says that somebody else is faster: nothing has happened, try again later.</summary>
    public static bool IsBusy(int code) =>
        (code & PrimaryMask) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL;

    /// <summary>Whether a code says that what was read is no sound database.</summary>
    public static bool IsDamage(int code) => (code & PrimaryMask) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>Names a failure. Its cause is an <see cref="InvalidDataException"/> where what is in the files is no sound database.</summary>
    /// <param name="code">Extended result code.</param>
    /// <param name="database">Path of the database.</param>
    /// <param name="what">What was being done, e.g. "begin a read transaction".</param>
    public static LitestreamException Create(int code, string database, string what)
    {
        var text = raw.sqlite3_errstr(code).utf8_to_string();
        return (code & PrimaryMask) switch
        {
            raw.SQLITE_NOTADB => new(ErrorCode.NotADatabase, $"'{database}' is not a SQLite database, or it is encrypted.",
                database, "Give the path of a SQLite database file.", new InvalidDataException(text)),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL => new(ErrorCode.DatabaseLocked,
                $"Can't {what}: '{database}' is locked by another process ({text}, code {code}).", database,
                "Let the application use locking_mode=NORMAL, and try again when no long exclusive transaction is open."),
            raw.SQLITE_FULL => new(ErrorCode.DiskFull, $"Can't {what}: the device of '{database}' is full.", database,
                "Free space on that device."),
            _ => new(ErrorCode.DatabaseError, $"Can't {what} on '{database}': {text} (SQLite code {code}).", database,
                "Check the rights of this account on the database, its -wal and -shm and their folder, and the device's health.",
                // short: a file ends before what the wal-index tells of
                IsDamage(code) || code == raw.SQLITE_IOERR_SHORT_READ ? new InvalidDataException(text) : null),
        };
    }

    /// <summary>Throws unless a code is SQLITE_OK, SQLITE_ROW or SQLITE_DONE.</summary>
    public static void Check(int code, string database, string what)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)) throw Create(code, database, what);
    }
}
