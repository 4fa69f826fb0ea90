using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Capture;

/// <summary>An application that uses a database and holds no lock on it, as it has copied its own database files by other means than SQLite: closing them drops a process's locks (SQLite,
/// How To Corrupt, section 2.2). Any opening by SQLite takes the wal-index for abandoned then and cuts it off, of which that application dies. Or one that goes on with a WAL or a wal-index that
/// somebody has removed or replaced: alone it brings all of that into the file with its last close, and beside others, who have new ones, loses it.</summary>
internal static class UnlockedUser
{
    /// <summary>Sees that there is none, before the database is opened.</summary>
    /// <param name="path">Full path of the database, which is in WAL mode.</param>
    /// <param name="present">Its files.</param>
    /// <param name="files">Where they are.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseLocked"/>: there is one.</exception>
    public static void EnsureNone(string path, SourceFiles present, IFileSystem files)
    {
        if (!IsThere(path, present, files)) return;
        throw present is { Wal: not null, WalIndex: not null }
            ? new(ErrorCode.DatabaseLocked,
                $"An application uses '{path}' and holds no lock on it, as after it has copied its own database files, or has a -wal in whose place somebody has put another: it would die of any opening by SQLite, or lose what it commits.", path,
                "End that application, and start it again. Let it copy its database by the backup API or VACUUM INTO.")
            : Removed(path);
    }

    /// <summary>What is told of one that goes on with what has no name here.</summary>
    /// <param name="path">Full path of the database.</param>
    public static LitestreamException Removed(string path) => new(ErrorCode.DatabaseLocked,
        $"An application uses '{path}' with a -wal or a -shm that is not beside it: somebody has removed it, or the application has opened the database by another name (a second link, a file that is mounted elsewhere). What it commits there would be lost to it by any opening by SQLite.", path,
        "End that application, so that it brings all of it into the database, and start it again, by this name.");

    /// <summary>Whether there is one.</summary>
    /// <param name="path">Full path of the database, which is in WAL mode.</param>
    /// <param name="present">Its files.</param>
    /// <param name="files">Where they are.</param>
    public static bool IsThere(string path, SourceFiles present, IFileSystem files)
    {
        // who is just opening it makes them in this moment, and who is just closing it takes them away
        return Look() && Look();

        bool Look() => present.Database is { } database && SourceFiles.Of(path, files) == present && files.HasUnlockedUser(path, database, present.Wal, present.WalIndex);
    }
}
