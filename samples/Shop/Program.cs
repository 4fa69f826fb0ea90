using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Litestream.Samples.Shop;

/// <summary>A shop that keeps its orders in SQLite.</summary>
internal static class Program
{
    private static readonly string[] s_goods = ["lantern", "rope", "compass", "kettle", "tent", "map"];

    private static int Main(string[] args)
    {
        if (args is not [var command, var path]) return Usage();
        using var database = new SqliteConnection($"Data Source={path};Pooling=False");
        database.Open();
        switch (command)
        {
            case "create":
                Execute(database, "PRAGMA journal_mode = wal; CREATE TABLE orders(id INTEGER PRIMARY KEY, ordered TEXT, item TEXT, price REAL)");
                return 0;
            case "sell":
                Sell(database);
                return 0;
            case "list":
                List(database);
                return 0;
            case "forget":
                Execute(database, "DELETE FROM orders");
                return 0;
            default:
                return Usage();
        }
    }

    private static int Usage()
    {
        Console.Error.WriteLine("Usage: Shop <create|sell|list|forget> DATABASE. 'sell' takes an order after the other until standard input ends.");
        return 2;
    }

    private static void Sell(SqliteConnection database)
    {
        using var closing = new ManualResetEventSlim();
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            closing.Set();
        })
        { IsBackground = true }.Start();

        while (!closing.Wait(TimeSpan.FromMilliseconds(Random.Shared.Next(50, 200))))
        {
            Execute(
                database, "INSERT INTO orders(ordered, item, price) VALUES($ordered, $item, $price)",
                ("$ordered", DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture)),
                ("$item", s_goods[Random.Shared.Next(s_goods.Length)]),
                ("$price", Random.Shared.Next(500, 10_000) / 100.0));
        }
    }

    private static void List(SqliteConnection database)
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT id, ordered, item, price FROM orders ORDER BY id";
        using var orders = command.ExecuteReader();
        while (orders.Read())
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{orders.GetInt64(0)}\t{orders.GetString(1)}\t{orders.GetString(2)}\t{orders.GetDouble(3)}"));
    }

    private static void Execute(SqliteConnection database, string sql, params (string Name, object Value)[] parameters)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }
}
