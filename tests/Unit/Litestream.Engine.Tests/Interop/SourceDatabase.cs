using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Litestream.Engine.Tests.Interop;

/// <summary>The application's database in an interop test. The replicator is another process.</summary>
internal sealed class SourceDatabase : IDisposable
{
    private readonly SqliteConnection _connection;

    private SourceDatabase(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString());
        _connection.Open();
    }

    public static SourceDatabase Create(string path, int pageSize = 4096, string setup = "")
    {
        var database = new SourceDatabase(path);
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA page_size={pageSize}; {setup}; PRAGMA journal_mode=wal;"));
        database.Execute("CREATE TABLE item(id INTEGER PRIMARY KEY, text TEXT, data BLOB)");
        return database;
    }

    public static SourceDatabase Open(string path) => new(path);

    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Adds rows of incompressible data in one transaction.</summary>
    public void Insert(int rows, int size = 200) => Execute(string.Create(CultureInfo.InvariantCulture,
        $"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
        INSERT INTO item(text, data) SELECT 'row', randomblob({size}) FROM n
        """));

    public void Dispose() => _connection.Dispose();
}
