using System.Globalization;
using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Sqlite;

/// <summary>A database in a folder of its own with an application connected to it. Nothing here opens the database or its -shm
/// but through SQLite: that would drop the locks of this process.</summary>
internal sealed class TestDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("litestream-capture-").FullName;
    private Application? _app;

    /// <summary>A database in WAL mode with one empty table.</summary>
    public TestDatabase(int pageSize = 4096, string setup = "")
    {
        PageSize = pageSize;
        _app = Application.Open(Path, create: true);
        _app.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA page_size={pageSize}; {setup}; PRAGMA journal_mode=wal;"));
        _app.Execute("CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
    }

    public int PageSize { get; }

    public Application App => _app!;

    public string Path => this["app.db"];

    public string WalPath => Path + "-wal";

    public string WalIndexPath => Path + "-shm";

    public DatabaseInfo Info => new(Path, IsEmpty: false, IsWal: true, PageSize);

    /// <summary>A path beside the database.</summary>
    public string this[string name] => System.IO.Path.Combine(_folder, name);

    /// <summary>A connection as the engine makes it.</summary>
    public DatabaseConnection Connect() => DatabaseConnection.Open(Path, vfsName: null);

    /// <summary>What a reader that begins now sees of the WAL.</summary>
    public WalIndexSnapshot? Snapshot()
    {
        using var connection = Connect();
        Assert.True(connection.TryBeginRead());
        return connection.GetWalSnapshot();
    }

    /// <summary>The database file as it is, without its WAL.</summary>
    public byte[] FileBytes()
    {
        using var connection = Connect();
        var bytes = new byte[new FileInfo(Path).Length];
        Assert.True(connection.TryReadDatabaseFile(bytes, 0));
        return bytes;
    }

    public byte[] WalBytes()
    {
        // no lock is ever held on the -wal, so that closing it harms nobody
        using var wal = new FileStream(WalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[wal.Length];
        wal.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Writes to the -wal behind SQLite's back.</summary>
    public void OverwriteWal(long offset, ReadOnlySpan<byte> bytes)
    {
        using var wal = File.OpenHandle(WalPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(wal, bytes, offset);
    }

    /// <summary>Changes a byte of the -wal, whatever it is.</summary>
    /// <param name="fromEnd">Where, counted from the end of the file.</param>
    public void ChangeWalByte(int fromEnd)
    {
        var wal = WalBytes();
        OverwriteWal(wal.Length - fromEnd, [(byte)(wal[^fromEnd] ^ 0xff)]);
    }

    /// <summary>Closes the application as it closes by itself.</summary>
    public void CloseApp()
    {
        _app?.Dispose();
        _app = null;
    }

    public void ReopenApp()
    {
        CloseApp();
        _app = Application.Open(Path);
    }

    public void Dispose()
    {
        CloseApp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
                return;
            }
            catch (IOException) when (tries < 50)
            {
                // a call to a store that hung in the test may have gone on a moment ago, and write
                Thread.Sleep(100);
            }
        }
    }
}
