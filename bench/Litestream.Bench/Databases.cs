using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Litestream.Bench;

/// <summary>Databases to measure with.</summary>
internal static class Databases
{
    /// <summary>Makes one in WAL mode whose pages differ and compress to a few percent, so that a store in memory can hold it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mebibytes">About its size.</param>
    public static void Create(string path, int mebibytes)
    {
        using var connection = Open(path);
        Execute(connection, "PRAGMA journal_mode=wal; PRAGMA synchronous=off; CREATE TABLE item(id INTEGER PRIMARY KEY, data TEXT)");
        for (var part = 0; part < mebibytes; part += 64)
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"""
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Math.Min(64, mebibytes - part) * 256})
                INSERT INTO item(data) SELECT hex(randomblob(32)) || printf('%.3900c', 'x') FROM n
                """));
        Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>One commit.</summary>
    public static void Commit(SqliteConnection connection) => Execute(connection, "INSERT INTO item(data) VALUES (hex(randomblob(100)))");

    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 600;
        command.ExecuteNonQuery();
    }
}
