using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using SQLitePCL;

namespace Litestream.Engine.Sqlite;

/// <summary>
/// One connection to a user's database, made so that it can't harm: it never creates the file, never checkpoints by itself,
/// and its closing neither checkpoints nor removes the WAL. Busy answers come at once. For one thread at a time.
/// </summary>
/// <remarks>Where SQLite has descriptors of its own (<see cref="SeparateDescriptors.Sqlite"/>) all that may touch a file is done there, the closing too: elsewhere its numbers are other files.</remarks>
internal sealed unsafe class DatabaseConnection : IDisposable
{
    private const int DbConfigLookaside = 1001;
    private const int DbConfigNoCheckpointOnClose = 1006;

    private static readonly string[] s_takeAlone = ["BEGIN EXCLUSIVE", "COMMIT", "PRAGMA wal_checkpoint(TRUNCATE)"];

    private readonly SeparateDescriptors? _descriptors;
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, sqlite3_stmt> _statements = [];
    private bool _hasRead;

    private DatabaseConnection(SeparateDescriptors? descriptors, sqlite3 handle, string path)
    {
        _descriptors = descriptors;
        _handle = handle;
        Path = path;
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    private static ReadOnlySpan<byte> Main => "main\0"u8;

    /// <summary>Opens a database. Nothing of it is read or locked yet.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="vfsName">SQLite VFS; null for the default.</param>
    /// <param name="readOnly">Only for looking at the file's bytes: WAL transactions need a writable connection.</param>
    public static DatabaseConnection Open(string path, string? vfsName, bool readOnly = false)
    {
        SqliteLibrary.EnsureUsable();
        // a VFS of somebody else's has no such files
        var descriptors = vfsName is null ? SeparateDescriptors.Sqlite : null;
        return descriptors is null ? OpenHere(null, path, vfsName, readOnly) : descriptors.Run(() => OpenHere(descriptors, path, vfsName, readOnly));
    }

    private static DatabaseConnection OpenHere(SeparateDescriptors? descriptors, string path, string? vfsName, bool readOnly)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE);
        sqlite3? handle = null;
        var code = OpenDescriptors.WhileOpening(() => raw.sqlite3_open_v2(path, out handle, flags, vfsName!));
        if (descriptors is not null && handle is not null) KeepFromFinalizer(handle);
        if (code != raw.SQLITE_OK)
        {
            handle?.Dispose();
            throw SqliteErrors.Create(code, path, "open the database");
        }

        var connection = new DatabaseConnection(descriptors, handle!, path);
        try
        {
            connection.Configure(readOnly);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether a read transaction is open.</summary>
    public bool IsReading => SqliteNative.TransactionState(_handle, Main) == SqliteNative.TransactionRead;

    /// <summary>Begins a read transaction that holds a read lock. False when somebody is in the way: nothing has happened.</summary>
    public bool TryBeginRead() => Within(() => _hasRead ? TryBegin() : _hasRead = OpenDescriptors.WhileOpening(TryBegin)); // the first one opens the wal-index

    /// <summary>Takes the write lock, for a moment and without writing. False when somebody has it.</summary>
    public bool TryBeginWrite() => Within(() =>
    {
        var code = Run("BEGIN IMMEDIATE");
        if (code == raw.SQLITE_OK) return true;
        EndTransaction();
        return SqliteErrors.IsBusy(code) ? false : throw SqliteErrors.Create(code, Path, "take the write lock");
    });

    /// <summary>Takes a database that is to be replaced for this connection alone, until it is closed, and lets SQLite bring what is in its -wal
    /// or hot -journal into the file.</summary>
    /// <returns>False when somebody else uses it: nothing has happened.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.NotADatabase"/> when it can't be read as one.</exception>
    public bool TryTakeAlone() => Within(() =>
    {
        // before anything is read: the wal-index is kept in memory then, and the lock on the file is never let go
        Check(Run("PRAGMA locking_mode=EXCLUSIVE"), "take the database alone");
        foreach (var sql in s_takeAlone)
        {
            var code = Run(sql);
            if (SqliteErrors.IsBusy(code)) return false;
            if (SqliteErrors.IsDamage(code))
                throw new LitestreamException(ErrorCode.NotADatabase, $"'{Path}' is damaged.", Path, "Restore it from a replica.");
            Check(code, "take the database alone");
        }

        return true;
    });

    /// <summary>Ends a transaction, if one is open. Nothing was ever written in it.</summary>
    public void EndTransaction()
    {
        if (raw.sqlite3_get_autocommit(_handle) == 0) Check(Within(() => Run("ROLLBACK")), "end a transaction");
    }

    /// <summary>What the open read transaction sees of the WAL; null if no WAL has been written since the wal-index was made.</summary>
    public WalIndexSnapshot? GetWalSnapshot() => Within<WalIndexSnapshot?>(() =>
    {
        var code = SqliteNative.SnapshotGet(_handle, Main, out var snapshot);
        if (code == raw.SQLITE_ERROR) return null;
        Check(code, "read the state of the WAL");
        try
        {
            return WalIndexSnapshot.Read(new ReadOnlySpan<byte>((void*)snapshot, WalIndexSnapshot.Size));
        }
        finally
        {
            SqliteNative.SnapshotFree(snapshot);
        }
    });

    /// <summary>Runs or asks about a checkpoint. No transaction may be open.</summary>
    public CheckpointAnswer Checkpoint(CheckpointMode mode) => Within<CheckpointAnswer>(() =>
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", (int)mode, out var frames, out var backfilled);
        if (SqliteErrors.IsBusy(code)) return new(true, frames, backfilled);
        Check(code, "checkpoint the WAL");
        return new(false, frames, backfilled);
    });

    /// <summary>A number that changes when another connection has committed. Takes and releases a read lock.</summary>
    /// <returns>Null when somebody is in the way.</returns>
    public long? TryGetDataVersion() => Within(() => TryGetNumber("PRAGMA data_version", "look for changes"));

    /// <summary>Pages of the database as the open transaction sees it.</summary>
    public uint GetPageCount() =>
        (uint)(Within(() => TryGetNumber("PRAGMA page_count", "count the pages")) ?? throw SqliteErrors.Create(raw.SQLITE_BUSY, Path, "count the pages"));

    /// <summary>The first column of a query's rows as text, as the open transaction sees them.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    public IReadOnlyList<string> ReadColumn(string sql, CancellationToken cancellationToken) => Within(() =>
    {
        const string What = "read the tables";
        cancellationToken.ThrowIfCancellationRequested();
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement), What);
        using var owned = statement;
        using var interruption = cancellationToken.Register(() => raw.sqlite3_interrupt(_handle));
        var rows = new List<string>();
        int code;
        while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW) rows.Add(raw.sqlite3_column_text(statement, 0).utf8_to_string());
        cancellationToken.ThrowIfCancellationRequested();
        Check(code, What);
        return rows;
    });

    /// <summary>Switches the database to WAL mode, the one change ever made to it.</summary>
    /// <returns>False when somebody is in the way.</returns>
    public bool TrySwitchToWal() => Within(() =>
    {
        var code = Run("PRAGMA journal_mode=wal");
        if (SqliteErrors.IsBusy(code)) return false;
        Check(code, "switch to WAL mode");
        return true;
    });

    /// <summary>Reads from the database file, past SQLite's cache and the WAL.</summary>
    /// <returns>False when the file ends before the buffer does; what is missing is zeros then.</returns>
    public bool TryReadDatabaseFile(Span<byte> buffer, long offset) =>
        TryReadFile(SqliteNative.FileControlFilePointer, buffer, offset, "read the database file");

    /// <summary>Reads from the WAL that this connection has open, whatever is at its path by now. A transaction must have
    /// been open before.</summary>
    /// <returns>False when the WAL ends before the buffer does; what is missing is zeros then.</returns>
    public bool TryReadWal(Span<byte> buffer, long offset) =>
        TryReadFile(SqliteNative.FileControlJournalPointer, buffer, offset, "read the WAL");

    /// <summary>Lets the close, if it is the last one of the database, bring the WAL into the file and remove it, as SQLite's closes do.</summary>
    public void CloseAsApplication() => SetKeepsWal(false);

    public void Dispose() => Within(() =>
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _statements.Clear();
        _handle.Dispose();
        return true;
    });

    /// <summary>Does several things with this connection at one go, where its files are.</summary>
    /// <param name="work">Opens, uses and closes no other file.</param>
    /// <returns>What it returns.</returns>
    public T Within<T>(Func<T> work) => _descriptors is null ? work() : _descriptors.Run(work);

    private bool TryBegin()
    {
        Check(Run("BEGIN"), "begin a transaction");
        // BEGIN alone holds nothing. This statement takes the read lock without reading the schema.
        var code = Run("PRAGMA schema_version");
        if (code == raw.SQLITE_OK && IsReading) return true;
        EndTransaction();
        if (code == raw.SQLITE_OK || SqliteErrors.IsBusy(code)) return false;
        throw SqliteErrors.Create(code, Path, "begin a read transaction");
    }

    private void Configure(bool readOnly)
    {
        // 47 KiB a connection for what some ten statements hardly need
        Check(raw.sqlite3_db_config(_handle, DbConfigLookaside, IntPtr.Zero, 0, 0), "open the database");
        Check(raw.sqlite3_extended_result_codes(_handle, 1), "open the database");
        Check(raw.sqlite3_busy_timeout(_handle, 0), "open the database");
        if (readOnly) return;
        Check(raw.sqlite3_wal_autocheckpoint(_handle, 0), "open the database");
        SetKeepsWal(true);
    }

    private void SetKeepsWal(bool keeps)
    {
        var persist = keeps ? 1 : 0;
        Check(raw.sqlite3_db_config(_handle, DbConfigNoCheckpointOnClose, persist, out _), "open the database");
        Check(SqliteNative.FileControl(_handle, Main, SqliteNative.FileControlPersistWal, &persist), "open the database");
    }

    private bool TryReadFile(int pointerOf, Span<byte> buffer, long offset, string what)
    {
        nint file = 0;
        Check(SqliteNative.FileControl(_handle, Main, pointerOf, &file), what);
        if (!SqliteNative.IsOpen(file))
        {
            buffer.Clear();
            return false;
        }

        int code;
        fixed (byte* start = buffer)
        {
            var (opened, target, length) = (file, (nint)start, buffer.Length);
            code = Within(() => SqliteNative.Read(opened, new Span<byte>((void*)target, length), offset));
        }

        if (code == SqliteNative.IoErrorShortRead) return false;
        Check(code, what);
        return true;
    }

    private int Run(string sql)
    {
        if (Prepare(sql, out var statement) is var code && code != raw.SQLITE_OK) return code;
        do code = raw.sqlite3_step(statement);
        while (code == raw.SQLITE_ROW);
        var reset = raw.sqlite3_reset(statement);
        return code == raw.SQLITE_DONE ? raw.SQLITE_OK : reset != raw.SQLITE_OK ? reset : code;
    }

    private long? TryGetNumber(string sql, string what)
    {
        var code = Prepare(sql, out var statement);
        if (code == raw.SQLITE_OK)
        {
            code = raw.sqlite3_step(statement);
            var number = code == raw.SQLITE_ROW ? raw.sqlite3_column_int64(statement, 0) : 0;
            var reset = raw.sqlite3_reset(statement);
            if (code == raw.SQLITE_ROW) return number;
            if (reset != raw.SQLITE_OK) code = reset;
        }

        return SqliteErrors.IsBusy(code) ? null : throw SqliteErrors.Create(code, Path, what);
    }

    private int Prepare(string sql, out sqlite3_stmt statement)
    {
        if (_statements.TryGetValue(sql, out statement!)) return raw.SQLITE_OK;
        var code = raw.sqlite3_prepare_v2(_handle, sql, out statement);
        if (code != raw.SQLITE_OK) return code;
        _statements.Add(sql, statement);
        if (_descriptors is not null) KeepFromFinalizer(statement);
        return code;
    }

    /// <summary>That runs on a thread where the numbers of its files are other files.</summary>
    [SuppressMessage("Usage", "CA1816", Justification = "What nobody has closed stays open rather than that it closes what is not its own.")]
    private static void KeepFromFinalizer(SafeHandle handle) => GC.SuppressFinalize(handle);

    private void Check(int code, string what) => SqliteErrors.Check(code, Path, what);
}
