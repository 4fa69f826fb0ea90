using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Litestream.Bench.Machine;

/// <summary>Databases to measure with.</summary>
internal static class Databases
{
    private const int RowSize = 3700;

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

    /// <summary>Makes one in WAL mode, a row a page, with rows as applications have them: they compress to about a half.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mebibytes">About its size.</param>
    public static void CreateTypical(string path, int mebibytes)
    {
        using var connection = Open(path);
        Execute(connection, "PRAGMA journal_mode=wal; PRAGMA synchronous=off; CREATE TABLE item(id INTEGER PRIMARY KEY, data TEXT); BEGIN");
        using (var insert = connection.CreateCommand())
        {
            insert.CommandText = "INSERT INTO item(data) VALUES ($data)";
            var data = insert.Parameters.Add("$data", SqliteType.Text);
            var random = new Random(7);
            for (var row = 0; row < mebibytes * 256; row++)
            {
                data.Value = Content(random);
                insert.ExecuteNonQuery();
            }
        }

        Execute(connection, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>A row: names that repeat, and numbers that don't.</summary>
    public static string Content(Random random)
    {
        var text = new StringBuilder(RowSize + 64);
        while (text.Length < RowSize)
            text.Append(CultureInfo.InvariantCulture, $"{{\"customer\":{random.Next():x8},\"article\":{random.NextInt64():x16},\"quantity\":{random.Next(100)},\"price\":{random.Next(100_000)}}}");
        return text.ToString(0, RowSize);
    }

    /// <summary>One commit.</summary>
    public static void Commit(SqliteConnection connection) => Execute(connection, "INSERT INTO item(data) VALUES (hex(randomblob(100)))");

    /// <summary>How many rows there are.</summary>
    public static long CountOf(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT max(id) FROM item";
        return (long)command.ExecuteScalar()!;
    }

    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 600;
        command.ExecuteNonQuery();
    }
}
