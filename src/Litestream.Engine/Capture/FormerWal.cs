using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>A WAL beside a database that it does not belong to, because the file was replaced or written over. It is there because our connections kept the application's last
/// close from removing it, or because an application died. SQLite would apply it, and a checkpoint of ours would write it over the new file.</summary>
internal static class FormerWal
{
    /// <summary>Whether the WAL of a life is beside a database: its salts tell, which nobody gives again.</summary>
    /// <param name="path">Full path of the database.</param>
    /// <param name="life">A point of that life.</param>
    /// <param name="files">Where it is.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>: the WAL can't be read.</exception>
    public static bool IsBeside(string path, CapturePoint life, IFileSystem files) => IsBeside(path, life, files, (_, _) => true);

    /// <summary>Whether it is, and no frame was written to it since; or there is nothing in it.</summary>
    /// <param name="path">Full path of the database.</param>
    /// <param name="end">The last point of that life that is known.</param>
    /// <param name="files">Where it is.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>: the WAL can't be read.</exception>
    public static bool EndsBeside(string path, CapturePoint end, IFileSystem files) => files.Find(path + "-wal") is { Length: 0 } || IsBeside(path, end, files, (wal, header) =>
    {
        Span<byte> frame = stackalloc byte[WalFrameHeader.Size];
        return wal.Read(frame, header.FrameOffset(end.Frame + 1)) < frame.Length
            || WalFrameHeader.Read(frame) is var next && (next.Salt1, next.Salt2) != (end.Salt1, end.Salt2);
    });

    private static bool IsBeside(string path, CapturePoint life, IFileSystem files, Func<IFile, WalHeader, bool> isIt)
    {
        if (!life.HasLife) return false;
        try
        {
            if (files.Find(path + "-wal") is not { Length: >= WalHeader.Size }) return false;
            // no lock is ever held on a WAL, so it may be opened and closed
            using var wal = files.Open(path + "-wal", FileOpenMode.Read);
            Span<byte> header = stackalloc byte[WalHeader.Size];
            return wal.Read(header, 0) == header.Length && IsOf(header, life, out var parsed) && isIt(wal, parsed);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, path, "read the WAL beside the database", ErrorCode.DatabaseError);
        }
    }

    /// <summary>Whether a WAL's header is that of a life.</summary>
    /// <param name="header">Its bytes.</param>
    /// <param name="life">A point of the life.</param>
    public static bool IsOf(ReadOnlySpan<byte> header, CapturePoint life) => IsOf(header, life, out _);

    private static bool IsOf(ReadOnlySpan<byte> header, CapturePoint life, out WalHeader parsed) =>
        WalHeader.TryParse(header, out parsed, out _) && life.HasLife && (parsed.Salt1, parsed.Salt2) == (life.Salt1, life.Salt2);

    /// <summary>SQLite applies whatever WAL it finds beside a database, and goes by the WAL's page size.</summary>
    /// <param name="connection">Has read the database.</param>
    /// <param name="database">The file.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>: it is one of another database.</exception>
    public static void EnsurePageSize(DatabaseConnection connection, DatabaseInfo database)
    {
        Span<byte> bytes = stackalloc byte[WalHeader.Size];
        if (connection.GetWalSnapshot() is not { LastFrame: > 0 } || !connection.TryReadWal(bytes, 0) || !WalHeader.TryParse(bytes, out var header, out _)
            || header.PageSize == database.PageSize) return;
        throw new LitestreamException(ErrorCode.DatabaseError,
            $"The WAL beside '{database.Path}' is that of another database: its pages have {header.PageSize} bytes, those of the database {database.PageSize}.", database.Path,
            "End all that uses the database. If the file is the right one, move its -wal and -shm away; otherwise put back the file that they belong to.");
    }

    /// <summary>Who opens a database that somebody has open goes by its wal-index. What it tells of, and the WAL that was put in the place of the one it tells of, no checkpoint of ours may mix; who uses
    /// them does it by his own next checkpoint, and the WAL he begins then belongs to the index again.</summary>
    /// <param name="connection">Reads the database.</param>
    /// <param name="path">Full path of the database.</param>
    /// <returns>False when somebody is in the way.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseLocked"/>: they do not belong together.</exception>
    public static bool EnsureOfIndex(DatabaseConnection connection, string path)
    {
        if (connection.GetWalSnapshot() is not { LastFrame: > 0 } before || WalOverlay.IsOf(connection, CapturePoint.At(before))) return true;
        connection.EndTransaction();
        if (!connection.TryBeginRead()) return false;
        // who restarts a WAL says so in the index first; and where all is in the file, the next one who writes restarts it
        if (connection.GetWalSnapshot() is not { LastFrame: > 0 } now || !CapturePoint.At(before).IsSameLife(now) || connection.Checkpoint(CheckpointMode.Ask).IsComplete) return true;
        throw new LitestreamException(ErrorCode.DatabaseLocked, $"The WAL of '{path}' does not belong to its -shm, by which others use it.", path,
            "If one of them was replaced, end all applications that use the database, and start them again.");
    }

    /// <summary>Why nothing is done with the database.</summary>
    /// <param name="path">Full path of the database.</param>
    public static LitestreamException Refusal(string path) => new(ErrorCode.DatabaseError,
        $"'{path}' was replaced or written over, and the WAL beside it is that of the former database: SQLite would apply the one to the other.", path,
        "End all that uses the database, and keep a copy of all three files. If the file is the right one, move its -wal and -shm away; otherwise put the former file back. If they do belong together, open and close the database once with SQLite, and start again.");
}
