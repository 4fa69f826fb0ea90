using System.Globalization;
using System.Runtime.InteropServices;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Sqlite;

/// <summary>A connection of the application whose database is replicated. It answers at once when it is busy, and it checkpoints
/// only when a test tells it to.</summary>
internal sealed partial class Application : IDisposable
{
    public const int Passive = 0;
    public const int Full = 1;
    public const int Restart = 2;
    public const int Truncate = 3;

    private readonly sqlite3 _handle;

    static Application() => Batteries_V2.Init();

    private Application(sqlite3 handle) => _handle = handle;

    public static Application Open(string path, bool create = false)
    {
        var flags = raw.SQLITE_OPEN_READWRITE | (create ? raw.SQLITE_OPEN_CREATE : 0);
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2(path, out var handle, flags, null));
        var application = new Application(handle);
        application.Execute("PRAGMA wal_autocheckpoint=0");
        return application;
    }

    /// <summary>Waits, as most applications do, while somebody closes the database as its last.</summary>
    public void BePatient() => raw.sqlite3_busy_timeout(_handle, 10_000);

    /// <summary>Runs statements and answers the result code of the first that fails.</summary>
    public int TryExecute(string sql) => raw.sqlite3_exec(_handle, sql);

    public void Execute(string sql)
    {
        if (TryExecute(sql) is var code && code != raw.SQLITE_OK)
            Assert.Fail($"{raw.sqlite3_errmsg(_handle).utf8_to_string()} ({code}): {sql}");
    }

    /// <summary>One commit of so many rows.</summary>
    public void Insert(int rows = 1, int size = 100) => Execute(InsertSql(rows, size));

    public static string InsertSql(int rows, int size) => string.Create(CultureInfo.InvariantCulture,
        $"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
        INSERT INTO item(data) SELECT randomblob({size}) FROM n;
        """);

    public string Text(string sql)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        using (statement)
        {
            var code = raw.sqlite3_step(statement);
            return code == raw.SQLITE_ROW ? raw.sqlite3_column_text(statement, 0).utf8_to_string() : $"code {code}";
        }
    }

    public long Number(string sql) => long.Parse(Text(sql), CultureInfo.InvariantCulture);

    /// <summary>Checkpoints; the code is SQLITE_BUSY where somebody is in the way.</summary>
    public (int Code, int Frames, int Backfilled) Checkpoint(int mode)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out var frames, out var backfilled);
        return (code, frames, backfilled);
    }

    /// <summary>The whole database as a file would hold it, at the last commit (or in the open transaction).</summary>
    public byte[] Image()
    {
        var memory = raw.sqlite3_serialize(_handle, "main", out var size, 0);
        Assert.NotEqual(0, memory);
        var image = new byte[size];
        Marshal.Copy(memory, image, 0, image.Length);
        Free(memory);
        return image;
    }

    /// <summary>Lets the last connection leave -wal and -shm as they are.</summary>
    public void LeaveWalOnClose()
    {
        const int NoCheckpointOnClose = 1006;
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_db_config(_handle, NoCheckpointOnClose, 1, out _));
    }

    public void Dispose() => _handle.Dispose();

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_free")]
    private static partial void Free(nint memory);
}
