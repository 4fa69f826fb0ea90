using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Capture;

/// <summary>Which files the names of a database, its WAL and its wal-index lead to. Connections stay on the files they opened;
/// when a name leads elsewhere, what they read is not what the application writes.</summary>
/// <param name="Database">The database file.</param>
/// <param name="Wal">Its -wal.</param>
/// <param name="WalIndex">Its -shm.</param>
internal readonly record struct SourceFiles(FileIdentity? Database, FileIdentity? Wal, FileIdentity? WalIndex)
{
    /// <summary>Asks the file system, without opening anything.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/> when it does not answer.</exception>
    public static SourceFiles Of(string databasePath, IFileSystem files)
    {
        try
        {
            return new(files.Identify(databasePath), files.Identify(databasePath + "-wal"), files.Identify(databasePath + "-shm"));
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, databasePath, "examine the files of the database", ErrorCode.DatabaseError);
        }
    }
}
