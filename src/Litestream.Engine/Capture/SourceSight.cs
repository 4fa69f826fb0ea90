using Litestream.Engine.Files;

namespace Litestream.Engine.Capture;

/// <summary>What a file system shows of a database and its WAL without opening them. That it is the same proves nothing; that it differs is a reason
/// to look.</summary>
/// <param name="Database">Which file the database is.</param>
/// <param name="Wal">Which file its -wal is.</param>
/// <param name="DatabaseStamp">Length and time of the database; null if it is not there.</param>
/// <param name="WalStamp">The same of its -wal.</param>
internal readonly record struct SourceSight(FileIdentity? Database, FileIdentity? Wal, SourceStamp? DatabaseStamp, SourceStamp? WalStamp)
{
    /// <summary>Asks the file system.</summary>
    /// <exception cref="IOException">It does not answer.</exception>
    public static SourceSight Of(string databasePath, IFileSystem files)
    {
        var wal = databasePath + "-wal";
        return new(files.Identify(databasePath), files.Identify(wal), StampOf(databasePath), StampOf(wal));
        SourceStamp? StampOf(string path) => files.Find(path) is { } file ? new(file.Length, file.ModifiedAt) : null;
    }

    /// <summary>Whether nothing was written since a time.</summary>
    public bool IsOlderThan(DateTimeOffset time) => (DatabaseStamp is null || DatabaseStamp.ModifiedAt < time) && (WalStamp is null || WalStamp.ModifiedAt < time);
}
