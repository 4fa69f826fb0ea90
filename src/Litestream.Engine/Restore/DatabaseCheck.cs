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
    /// <param name="mode">How thoroughly.</param>
    /// <param name="vfs">SQLite VFS; null for the default.</param>
    /// <param name="cancellationToken">Interrupts the check.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.IntegrityCheckFailed"/>, with SQLite's first messages.</exception>
    public static void Run(string path, string name, IntegrityCheckMode mode, string? vfs, CancellationToken cancellationToken)
    {
        if (mode == IntegrityCheckMode.None) return;
        var messages = new List<string>();
        try
        {
            using var connection = ImmutableDatabase.Open(path, vfs);
            using var interruption = cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle));
            using var command = connection.CreateCommand();
            command.CommandText = mode == IntegrityCheckMode.Full
                ? $"PRAGMA integrity_check({MessagesShown})"
                : $"PRAGMA quick_check({MessagesShown})";
            using var reader = command.ExecuteReader();
            while (reader.Read()) messages.Add(reader.GetString(0));
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Interrupted && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (SqliteException e)
        {
            throw Failed(name, e.Message, e);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (messages is not ["ok"]) throw Failed(name, string.Join("; ", messages), null);
    }

    private static LitestreamException Failed(string name, string messages, Exception? inner) => new(
        ErrorCode.IntegrityCheckFailed, $"The database restored for '{name}' does not pass SQLite's check: {messages}.", name,
        "Restore to an earlier point; the replica itself may have been made from a damaged database.", inner);
}
