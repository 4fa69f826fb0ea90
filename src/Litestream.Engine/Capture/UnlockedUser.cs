using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Capture;

/// <summary>An application that uses a database and holds no lock on it, as it has copied its own database files by other means than SQLite: closing them drops a process's locks (SQLite,
/// How To Corrupt, section 2.2). Any opening by SQLite takes the wal-index for abandoned then and cuts it off, of which that application dies.</summary>
internal static class UnlockedUser
{
    /// <summary>Sees that there is none, before the database is opened.</summary>
    /// <param name="path">Full path of the database.</param>
    /// <param name="present">Its files.</param>
    /// <param name="files">Where they are.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseLocked"/>: there is one.</exception>
    public static void EnsureNone(string path, SourceFiles present, IFileSystem files)
    {
        if (present is not { Database: { } database, Wal: { } wal } || !files.HasUnlockedUser(path, database, wal, present.WalIndex)) return;
        throw new LitestreamException(ErrorCode.DatabaseLocked,
            $"An application uses '{path}' and holds no lock on it, as after it has copied its own database files: it would die of any opening by SQLite.", path,
            "End that application, and start it again. Let it copy its database by the backup API or VACUUM INTO.");
    }
}
