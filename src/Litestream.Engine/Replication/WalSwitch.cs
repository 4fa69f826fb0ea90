using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Replication;

/// <summary>The one change that is ever made to a user's database, and only where it was allowed.</summary>
internal static class WalSwitch
{
    /// <summary>Switches a database with a rollback journal to WAL mode. False when somebody is in the way.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseNotWal"/> when it was not allowed.</exception>
    public static bool TrySwitch(DatabaseInfo database, ReplicationOptions options, EngineEnvironment environment, EventLog events)
    {
        if (!options.AllowJournalModeSwitch)
            throw new LitestreamException(ErrorCode.DatabaseNotWal, $"'{database.Path}' is not in WAL mode, which replication needs.",
                database.Path, "Let the application set PRAGMA journal_mode=wal, or allow the module to switch it.");
        using var connection = DatabaseConnection.Open(database.Path, environment.VfsName);
        if (!connection.TrySwitchToWal() || !DatabaseInspector.Inspect(database.Path, environment).IsWal) return false;
        events.Write(ReplicationEventKind.JournalModeSwitched, ReplicationSeverity.Warning,
            "The database was switched to journal_mode=wal; this stays so after replication has ended.");
        return true;
    }
}
