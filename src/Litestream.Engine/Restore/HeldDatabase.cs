using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Restore;

/// <summary>A database that SQLite lets nobody else use while this is held; what was in its -wal or hot -journal is in the file then. Of what can't be
/// read as a database nothing is held: SQLite uses it no more.</summary>
internal sealed class HeldDatabase : IDisposable
{
    private static readonly string[] s_open = ["", "-wal", "-shm"];

    private DatabaseConnection? _connection;

    private HeldDatabase(string path, FileIdentity identity, DatabaseConnection? connection) => (Path, Identity, _connection) = (path, identity, connection);

    /// <summary>The path that it was taken by.</summary>
    public string Path { get; }

    /// <summary>The file.</summary>
    public FileIdentity Identity { get; }

    /// <summary>What this process has open because of it.</summary>
    public IReadOnlyCollection<FileIdentity> Open => _connection is null ? [] : [Identity];

    /// <summary>Takes it.</summary>
    /// <param name="environment">Files and VFS.</param>
    /// <param name="path">Full path of the database, no link.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetInUse"/>: nothing has changed then.</exception>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    public static HeldDatabase Take(EngineEnvironment environment, string path)
    {
        var files = environment.Files;
        RefuseUsers(files, path);
        var identity = files.Identify(path) ?? throw new FileNotFoundException($"'{path}' is gone.", path);
        var held = new HeldDatabase(path, identity, TryHold(environment, path));
        try
        {
            // another restore may have put a database there before this one was held
            if (files.Identify(path) != identity) throw InUse(path, "another restore, which has just replaced it");
            // the lock says nothing of who has opened it and not begun to read, nor of another SQLite in this process
            RefuseUsers(files, path, [identity], held.Open);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Refuses where somebody is known to use a database. Touches nothing.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetInUse"/>.</exception>
    public static void RefuseUsers(IFileSystem files, string path) =>
        RefuseUsers(files, path, [.. s_open.Select(s => files.Identify(path + s)).OfType<FileIdentity>()], []);

    /// <summary>The error that somebody uses a database.</summary>
    public static LitestreamException InUse(string path, string who) => new(ErrorCode.RestoreTargetInUse, $"'{path}' is not replaced because it is used by {who}.", path,
        "End what uses it, and its replication (Stop-LitestreamReplication), or restore to another path.");

    /// <summary>Lets it go.</summary>
    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private static void RefuseUsers(IFileSystem files, string path, FileIdentity[] identities, IReadOnlyCollection<FileIdentity> own)
    {
        if (files.FindUsers(identities, own) is { Count: > 0 } users) throw InUse(path, string.Join(", ", users));
    }

    // Null where what is there can't be read as a database. Any other failure, as that this account may not write to it, is no such proof.
    private static DatabaseConnection? TryHold(EngineEnvironment environment, string path)
    {
        DatabaseConnection? connection = null;
        try
        {
            connection = DatabaseConnection.Open(path, environment.VfsName);
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

        throw InUse(path, "another process");
    }
}
