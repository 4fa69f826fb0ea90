using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Capture;

/// <summary>The files of a database that another one has replaced while it was watched. Its WAL may still be there: our connections kept the application's last close from
/// removing it.</summary>
/// <param name="Files">Which they were.</param>
internal sealed record FormerFiles(SourceFiles Files)
{
    /// <summary>Refuses a database beside which the WAL of the former one is. SQLite would apply it, and a checkpoint of ours would write it over the new file.</summary>
    /// <param name="path">Full path of the database.</param>
    /// <param name="system">Where it is.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>.</exception>
    public void EnsureGone(string path, IFileSystem system)
    {
        var present = SourceFiles.Of(path, system);
        if (present.Database is null || present.Database == Files.Database || present.Wal is null || present.Wal != Files.Wal || system.Find(path + "-wal") is not { Length: > 0 }) return;
        throw new LitestreamException(ErrorCode.DatabaseError, $"'{path}' was replaced, and the WAL beside it is that of the former database: SQLite applies the one to the other.", path,
            "End all that uses the database. If the file is the right one, delete its -wal and -shm, what they hold is captured; otherwise put the former file back.");
    }
}
