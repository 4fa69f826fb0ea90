using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>The files of a database that another one has replaced while it was watched. Its WAL may still be there: our connections kept the application's last close from
/// removing it.</summary>
internal sealed class FormerFiles
{
    private readonly SourceFiles _files;
    private readonly string _header;

    /// <summary>Remembers them, right after the database was replaced.</summary>
    /// <param name="path">Full path of the database.</param>
    /// <param name="files">Which they were.</param>
    /// <param name="system">Where they are.</param>
    /// <exception cref="IOException">The WAL can't be read.</exception>
    public FormerFiles(string path, SourceFiles files, IFileSystem system) => (_files, _header) = (files, HeaderOf(path, system));

    /// <summary>Refuses a database beside which the WAL of the former one is. SQLite would apply it, and a checkpoint of ours would write it over the new file.</summary>
    /// <param name="path">Full path of the database.</param>
    /// <param name="system">Where it is.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>.</exception>
    /// <exception cref="IOException">The WAL can't be read.</exception>
    public void EnsureGone(string path, IFileSystem system)
    {
        var present = SourceFiles.Of(path, system);
        if (present.Database is null || present.Database == _files.Database || present.Wal is null || present.Wal != _files.Wal) return;
        // a file system may give a new file the number of one that was deleted, but the salts of its WAL are others
        if (_header.Length == 0 || HeaderOf(path, system) != _header) return;
        throw new LitestreamException(ErrorCode.DatabaseError, $"'{path}' was replaced, and the WAL beside it is that of the former database: SQLite applies the one to the other.", path,
            "End all that uses the database. If the file is the right one, delete its -wal and -shm, what they hold is captured; otherwise put the former file back.");
    }

    /// <summary>Empty where there is none. No lock is ever held on a WAL, so it may be opened and closed.</summary>
    private static string HeaderOf(string path, IFileSystem system)
    {
        if (system.Find(path + "-wal") is not { Length: >= WalHeader.Size }) return "";
        using var wal = system.Open(path + "-wal", FileOpenMode.Read);
        Span<byte> header = stackalloc byte[WalHeader.Size];
        return wal.Read(header, 0) == header.Length ? Convert.ToHexString(header) : "";
    }
}
