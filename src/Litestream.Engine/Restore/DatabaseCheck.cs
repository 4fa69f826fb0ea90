using Litestream.Engine.Errors;
using Litestream.Engine.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Litestream.Engine.Restore;

/// <summary>SQLite's own check of a database file that nobody else uses.</summary>
internal static class DatabaseCheck
{
    private const int MessagesShown = 5;
    private const int Interrupted = 9;

    /// <summary>Checks a file; leaves nothing beside it.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="name">The database as errors shall call it.</param>
    /// <param name="snapshot">The object that it was restored from, which errors are about.</param>
    /// <param name="mode">How thoroughly.</param>
    /// <param name="vfs">SQLite VFS; null for the default.</param>
    /// <param name="meter">Is shown how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Interrupts the check.</param>
    /// <returns>Tables that could not be checked, with the reason: their indexes need a collation or a function that only the application has.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.IntegrityCheckFailed"/>, with SQLite's first messages.</exception>
    public static IReadOnlyList<string> Run(
        string path, string name, string snapshot, IntegrityCheckMode mode, string? vfs, CheckMeter? meter, CancellationToken cancellationToken)
    {
        if (mode == IntegrityCheckMode.None) return [];
        var messages = new List<string>();
        var left = new List<string>();
        try
        {
            using var admission = SqliteGate.Admit(path);
            using var connection = ImmutableDatabase.Open(path, vfs);
            meter?.Attach(connection);
            using var interruption = cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle));
            var pragma = mode == IntegrityCheckMode.Full ? "integrity_check" : "quick_check";
            messages = Ask(connection, pragma, MessagesShown, left);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Interrupted && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (SqliteException e)
        {
            throw Failed(name, snapshot, e.Message, e);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (messages.Count > 0) throw Failed(name, snapshot, string.Join("; ", messages), null);
        return left;
    }

    /// <summary>Asks SQLite for its check.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="pragma"><c>integrity_check</c> or <c>quick_check</c>.</param>
    /// <param name="limit">The most messages to gather.</param>
    /// <param name="left">Gets the names of tables that it could not check, with the reason.</param>
    /// <returns>What is wrong; empty if nothing is.</returns>
    /// <exception cref="SqliteException">It gave no answer.</exception>
    public static List<string> Ask(SqliteConnection connection, string pragma, int limit, List<string> left) =>
        TryRead(connection, $"PRAGMA {pragma}({limit})", out _) is not { } messages ? CheckTables(connection, pragma, limit, left)
        : messages is ["ok"] ? []
        : messages;

    // A schema may need collations or functions that only its application has. That says nothing of the file: what can be checked without is.
    private static List<string> CheckTables(SqliteConnection connection, string pragma, int limit, List<string> left)
    {
        var messages = new List<string>();
        foreach (var table in Read(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"))
        {
            if (TryRead(connection, $"PRAGMA {pragma}('{table.Replace("'", "''", StringComparison.Ordinal)}')", out var why) is { } found) messages.AddRange(found.Where(m => m != "ok"));
            else left.Add($"{table} ({why})");
        }

        return [.. messages.Take(limit)];
    }

    // null where SQLite can't ask that of this schema
    private static List<string>? TryRead(SqliteConnection connection, string sql, out string? why)
    {
        why = null;
        try
        {
            return Read(connection, sql);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_ERROR)
        {
            why = raw.sqlite3_errmsg(connection.Handle).utf8_to_string();
            return null;
        }
    }

    private static List<string> Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(reader.GetString(0));
        return rows;
    }

    private static LitestreamException Failed(string name, string snapshot, string messages, Exception? inner) => new(
        ErrorCode.IntegrityCheckFailed, $"The database restored for '{name}' from the snapshot '{snapshot}' does not pass SQLite's check: {messages}.", snapshot,
        "Restore to an earlier point, or allow a partial restore, which looks for one; the replica itself may have been made from a damaged database.", inner);
}
