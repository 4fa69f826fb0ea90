using System.Globalization;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Restore;

/// <summary>
/// Puts a database in the place of another one that nobody uses. At every moment, and after a power loss, one of both has the name, and none meets
/// the -wal or -journal of the other.
/// </summary>
/// <param name="environment">Files, time and VFS.</param>
/// <param name="destination">Full path of the database that is replaced.</param>
internal sealed class DatabaseReplacement(EngineEnvironment environment, string destination)
{
    private static readonly string[] s_logs = ["-wal", "-journal"];
    private static readonly string[] s_open = ["", "-wal", "-shm"];

    private readonly IFileSystem _files = environment.Files;

    /// <summary>Refuses where somebody is known to use it. Touches nothing.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetInUse"/>.</exception>
    public void RefuseUsers() => RefuseUsersOf([.. s_open.Select(s => _files.Identify(destination + s)).OfType<FileIdentity>()]);

    /// <summary>Brings what is in its logs into the file, and deletes them. Logs of what can't be read as a database stay.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetInUse"/>: nothing has changed then.</exception>
    public void Settle()
    {
        RefuseUsers();
        using (TryHold())
        {
            foreach (var log in s_logs.Where(l => _files.Find(destination + l) is { Length: 0 })) _files.Delete(destination + log);
            _files.Delete(destination + "-shm");
        }
    }

    /// <summary>A free name for the former database.</summary>
    /// <param name="what">Why it is kept.</param>
    public string NameFor(string what)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{destination}.{what}-{environment.Time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}");
        for (var i = 1; ; i++)
        {
            var free = i == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
            if (Array.TrueForAll(["", .. s_logs], s => _files.Find(free + s) is null)) return free;
        }
    }

    /// <summary>Replaces it.</summary>
    /// <param name="with">A whole and durable database file in the same folder.</param>
    /// <param name="former">The name that the former database gets.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetInUse"/>: nothing has changed then.</exception>
    public void Run(string with, string former)
    {
        RefuseUsers();
        var identity = _files.Identify(destination) ?? throw new FileNotFoundException($"'{destination}' is gone.", destination);
        var connection = TryHold();
        try
        {
            // Windows renames no open file, and refuses what others have open
            if (OperatingSystem.IsWindows()) (connection, _) = (null, Close(connection));
            _files.CopyAccess(destination, with);
            SetLogsAside(former);
            _files.Swap(with, destination, former);
            _files.FlushDirectory(Path.GetDirectoryName(destination)!);
            TakeBackIfUsed(identity, with, former);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private static bool Close(DatabaseConnection? connection)
    {
        connection?.Dispose();
        return true;
    }

    // Null where what is there can't be read as a database: then SQLite uses it no more. Any other failure, as that this account may not write to it, is
    // no such proof.
    private DatabaseConnection? TryHold()
    {
        DatabaseConnection? connection = null;
        try
        {
            connection = DatabaseConnection.Open(destination, environment.VfsName);
            if (connection.TryTakeAlone()) return connection;
            connection.Dispose();
        }
        catch (LitestreamException e) when (e.Code is ErrorCode.NotADatabase)
        {
            connection?.Dispose();
            return null;
        }
        catch
        {
            connection?.Dispose();
            throw;
        }

        throw InUse("another process");
    }

    // What SQLite could bring into the file is in it by now, and the logs are empty. Else they go with the file, before it: never may one of them
    // be found beside the new database.
    private void SetLogsAside(string former)
    {
        foreach (var log in s_logs)
        {
            if (_files.Find(destination + log) is not { } found) continue;
            if (found.Length == 0) _files.Delete(destination + log);
            else _files.Rename(destination + log, former + log, overwrite: false);
        }

        _files.Delete(destination + "-shm");
        _files.FlushDirectory(Path.GetDirectoryName(destination)!);
    }

    // Whoever opened the former file in the last moment would use it with the log of the new one.
    private void TakeBackIfUsed(FileIdentity identity, string with, string former)
    {
        if (_files.FindUsers([identity]).Where(u => u != FileUsers.ThisProcess).ToList() is not { Count: > 0 } users) return;
        var restored = _files.Identify(destination);
        if (restored is { } file && _files.FindUsers([file]).Any(u => u != FileUsers.ThisProcess)) throw BothInUse(former, users);
        // never under a restore's own temporary name: a later restore deletes what has one
        var spare = NameFor("not-restored");
        _files.Swap(former, destination, spare);
        foreach (var log in s_logs)
        {
            if (_files.Find(former + log) is not null) _files.Rename(former + log, destination + log, overwrite: false);
        }

        _files.FlushDirectory(Path.GetDirectoryName(destination)!);
        _files.Rename(spare, with, overwrite: true);
        throw InUse(string.Join(", ", users));
    }

    // neither can be taken from whom it has, and both write to logs of one name
    private LitestreamException BothInUse(string former, IEnumerable<string> users) => new(ErrorCode.RestoreTargetInUse,
        $"'{destination}' was replaced while {string.Join(", ", users)} opened it, and the restored one is used as well. The former database is '{former}'.", destination,
        "End all that uses either of them at once, then decide with Undo-LitestreamRestore or restore again.");

    private void RefuseUsersOf(FileIdentity[] identities)
    {
        if (_files.FindUsers(identities) is { Count: > 0 } users) throw InUse(string.Join(", ", users));
    }

    private LitestreamException InUse(string who) => new(ErrorCode.RestoreTargetInUse, $"'{destination}' is not replaced because it is used by {who}.", destination,
        "End what uses it, and its replication (Stop-LitestreamReplication), or restore to another path.");
}
