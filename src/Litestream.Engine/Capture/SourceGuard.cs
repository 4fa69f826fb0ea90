using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Notices when the files that are watched are not the ones any more that were opened, or are no longer guarded by SQLite's locks.</summary>
/// <param name="database">The database.</param>
/// <param name="files">The files as they were opened.</param>
/// <param name="locks">SQLite's locks on them.</param>
/// <param name="environment">Where they are, and the time.</param>
internal sealed class SourceGuard(DatabaseInfo database, SourceFiles files, ILockGuard locks, EngineEnvironment environment) : IDisposable
{
    /// <summary>How long a file may look written to before it is said that SQLite has not done it: somebody's checkpoint takes as long as the device does.</summary>
    private static readonly TimeSpan s_checkpointTime = TimeSpan.FromSeconds(5);

    private const string NotBySqlite = "the database file was written to by something else than SQLite";

    private readonly IFileSystem _system = environment.Files;
    private FileLook? _atRest;
    private WalLook? _walAtRest;
    private (FileLook Look, CapturePoint Life, int Backfilled)? _seen;
    private (FileLook Look, long Since)? _doubt;

    /// <summary>The database file.</summary>
    public string Path => database.Path;

    /// <summary>Which files are being watched.</summary>
    public SourceFiles Files => files;

    /// <summary>Whether no other copy of SQLite in this process has the database open.</summary>
    public bool IsAlone => locks.IsAlone;

    /// <summary>Whether a close of ours may be SQLite's last one of the database: nobody can have lost his locks, and the names still lead to these files.</summary>
    public bool MayCloseLast => locks.IsUnbreakable && SourceFiles.Of(Path, _system) == files;

    /// <summary>By stat and a question to the locks: callable on any thread until this is disposed.</summary>
    /// <exception cref="ContinuityLostException">They are not untouched.</exception>
    public void EnsureUntouched()
    {
        EnsureSameFiles();
        EnsureLocks();
    }

    /// <summary>Sees that SQLite's locks were not lost.</summary>
    /// <exception cref="LocksLostException">They were.</exception>
    public void EnsureLocks()
    {
        if (!locks.IsUnbroken) throw new LocksLostException();
    }

    /// <summary>Notices what leaves the file where it is: somebody cut or overwrote it.</summary>
    /// <param name="connection">Has it open.</param>
    /// <exception cref="DatabaseReplacedException">Somebody did.</exception>
    public void EnsureDatabase(DatabaseConnection connection)
    {
        Span<byte> bytes = stackalloc byte[DatabaseHeader.Size];
        if (!connection.TryReadDatabaseFile(bytes, 0) || !DatabaseHeader.TryParse(bytes, out var header) || header.PageSize != database.PageSize)
            throw new DatabaseReplacedException("the database file was emptied or overwritten");
    }

    /// <summary>Remembers the database file and its WAL as they are while our reader rests: SQLite writes nothing to the file until the reader has moved.</summary>
    /// <param name="connection">Has it open.</param>
    /// <param name="life">A point of the WAL's life.</param>
    public void NoteRest(DatabaseConnection connection, CapturePoint life)
    {
        NoteTouched(connection, life);
        _walAtRest = LookOfWal();
    }

    /// <summary>Remembers a file that was touched while our reader rests, as it is now. Its WAL may have been put back with it, and stays what it was at the rest.</summary>
    /// <param name="connection">Has it open.</param>
    /// <param name="life">A point of the WAL's life.</param>
    public void NoteTouched(DatabaseConnection connection, CapturePoint life)
    {
        NoteSeen(connection, life);
        _atRest = _seen?.Look;
    }

    /// <summary>Notices what leaves the file where it is, and its page size: somebody copied another one over it.</summary>
    /// <param name="connection">Has it open.</param>
    /// <exception cref="DatabaseOverwrittenException">Somebody did.</exception>
    public void EnsureAsAtRest(DatabaseConnection connection)
    {
        if (!IsAsAtRest(connection)) throw new DatabaseOverwrittenException(NotBySqlite);
    }

    /// <summary>Whether the file looks as it did then.</summary>
    /// <param name="connection">Has it open.</param>
    public bool IsAsAtRest(DatabaseConnection connection) => _atRest is not { } atRest || atRest == LookOf(connection);

    /// <summary>Remembers the file as it is, and how much of the WAL it holds.</summary>
    /// <param name="connection">Has it open.</param>
    /// <param name="life">A point of the WAL's life.</param>
    public void NoteSeen(DatabaseConnection connection, CapturePoint life) =>
        (_seen, _doubt) = ((LookOf(connection), life, connection.Checkpoint(CheckpointMode.Ask).Backfilled), null);

    /// <summary>Remembers of which life of the WAL the file was seen.</summary>
    /// <param name="life">A point of it.</param>
    public void NoteLife(CapturePoint life)
    {
        if (_seen is { } seen) _seen = seen with { Life = life };
    }

    /// <summary>Whether SQLite alone has written to the file, as far as that can be told: it writes nothing but checkpoints, which tell how far they got. Asked before a
    /// checkpoint of ours writes the WAL over what somebody has copied there.</summary>
    /// <param name="connection">Has it open.</param>
    /// <param name="life">A point of the WAL's life.</param>
    /// <returns>False while a checkpoint may go on.</returns>
    /// <exception cref="DatabaseOverwrittenException">Somebody else has, or a checkpoint takes very long.</exception>
    public bool IsAsSeen(DatabaseConnection connection, CapturePoint life)
    {
        var look = LookOf(connection);
        if (_seen is not { } seen || look == seen.Look) return true;
        var answer = connection.Checkpoint(CheckpointMode.Ask);
        var isSameLife = (seen.Life.Salt1, seen.Life.Salt2) == (life.Salt1, life.Salt2);
        // a life begins when the file holds all of the one before, and nothing of it is in the file before somebody has checkpointed
        if (answer.Backfilled != (isSameLife ? seen.Backfilled : 0)) return true;
        // there is nothing that a checkpoint could be writing, nor has one emptied the WAL
        if (isSameLife && answer.IsComplete && answer.Frames == life.Frame) throw new DatabaseOverwrittenException(NotBySqlite);
        if (_doubt is not { } doubt || doubt.Look != look) _doubt = (look, environment.Time.GetTimestamp());
        else if (environment.Time.GetElapsedTime(doubt.Since) > s_checkpointTime) throw new DatabaseOverwrittenException(NotBySqlite);
        return false;
    }

    /// <summary>Removes the WAL and the wal-index that were watched, if nobody uses them, or the file that the database's name leads to by now. After the connections are closed.</summary>
    /// <param name="life">A point of the WAL's life, up to which all is captured, and is in the file; there is no more.</param>
    /// <returns>Whether they are gone.</returns>
    /// <exception cref="IOException">They can't be deleted.</exception>
    public bool TryRemoveWal(CapturePoint life)
    {
        if (SourceFiles.Of(Path, _system) is not { Database: { } present, Wal: { } wal } now || (now.Wal, now.WalIndex) != (files.Wal, files.WalIndex)) return false;
        // by locks nobody begins to use them from here on; who has lost his, as he has copied his own database, has the WAL open all the same
        if (!locks.TryTakeAlone(Path, present) || !_system.IsUnused(Path + "-wal", wal)) return false;
        // what is behind the point was committed a moment ago, by somebody who has gone again; and what was put back belongs to whatever file was put back with it
        if (SourceFiles.Of(Path, _system) != now || !FormerWal.EndsBeside(Path, life, _system) || (_walAtRest is not null && _walAtRest != LookOfWal())) return false;
        // as SQLite does: were the wal-index gone first, the next one to open would read all of the WAL
        _system.Delete(Path + "-wal");
        _system.Delete(Path + "-shm");
        // a WAL that a power loss brings back would be applied to the new file
        _system.FlushDirectory(System.IO.Path.GetDirectoryName(Path)!);
        return true;
    }

    public void Dispose() => locks.Dispose();

    /// <summary>The header alone would miss an older state of the same database; Windows tells late when a file was written.</summary>
    private FileLook LookOf(DatabaseConnection connection)
    {
        Span<byte> header = stackalloc byte[DatabaseHeader.Size];
        _ = connection.TryReadDatabaseFile(header, 0);
        var file = _system.Find(Path);
        return new(Convert.ToHexString(header), file?.Length ?? -1, OperatingSystem.IsWindows() ? null : file?.ModifiedAt);
    }

    private WalLook LookOfWal()
    {
        var wal = _system.Find(Path + "-wal");
        return new(wal?.Length, wal?.ModifiedAt, _system.GetChangeTime(Path + "-wal"));
    }

    private void EnsureSameFiles()
    {
        var present = SourceFiles.Of(Path, _system);
        if (present == files) return;
        if (present.Database is null) throw new DatabaseReplacedException("the database was deleted or moved away");
        if (present.Database != files.Database) throw new DatabaseReplacedException("the database was replaced by another file");
        throw new WalReplacedException();
    }

    private sealed record WalLook(long? Length, DateTimeOffset? ModifiedAt, long? ChangedAt);

    private sealed record FileLook(string Header, long Length, DateTimeOffset? ModifiedAt);
}
