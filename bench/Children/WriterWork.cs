using System.Diagnostics;
using System.Globalization;
using Litestream.Bench.Machine;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Litestream.Bench.Children;

/// <summary>An application that writes, in a process of its own. Prints commits, the 99.9th percentile and the maximum of their times in milliseconds, errors, and the longest time in
/// which somebody else had the write lock, in milliseconds.</summary>
internal static class WriterWork
{
    /// <summary>Writes for some seconds.</summary>
    /// <param name="database">Where.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="rate">Commits a second; 0 without pause.</param>
    /// <param name="rows">Rows a commit changes.</param>
    /// <param name="seed">Which rows, and what they become.</param>
    public static int Run(string database, double seconds, double rate, int rows, int seed)
    {
        using var connection = Databases.Open(database);
        Databases.Execute(connection, "PRAGMA synchronous=normal; PRAGMA busy_timeout=0");
        using var update = connection.CreateCommand();
        update.CommandText = "UPDATE item SET data = $data WHERE id = $id";
        var (id, data) = (update.Parameters.Add("$id", SqliteType.Integer), update.Parameters.Add("$data", SqliteType.Text));
        var highest = Databases.CountOf(connection);
        var random = new Random(seed);
        var times = new List<double>();
        var (errors, longest) = (0, 0d);
        var watch = Stopwatch.StartNew();
        for (var number = 0; watch.Elapsed.TotalSeconds < seconds; number++)
        {
            if (rate > 0 && number / rate - watch.Elapsed.TotalSeconds is > 0 and var rest) Thread.Sleep(TimeSpan.FromSeconds(rest));
            var began = Stopwatch.GetTimestamp();
            longest = Math.Max(longest, BeginWhenFree(connection));
            for (var row = 0; row < rows; row++)
            {
                (id.Value, data.Value) = (random.NextInt64(highest) + 1, Databases.Content(random));
                update.ExecuteNonQuery();
            }

            if (raw.sqlite3_exec(connection.Handle, "COMMIT") != raw.SQLITE_OK)
            {
                errors++;
                Databases.Execute(connection, "ROLLBACK");
            }

            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times.Count} {times[times.Count * 999 / 1000]:F3} {times[^1]:F3} {errors} {longest:F3}"));
        return 0;
    }

    /// <summary>Asks SQLite itself: the library above it would sleep.</summary>
    private static double BeginWhenFree(SqliteConnection connection)
    {
        var since = Stopwatch.GetTimestamp();
        int code;
        while ((code = raw.sqlite3_exec(connection.Handle, "BEGIN IMMEDIATE")) == raw.SQLITE_BUSY) Thread.SpinWait(100);
        return code == raw.SQLITE_OK ? Stopwatch.GetElapsedTime(since).TotalMilliseconds : throw new InvalidOperationException($"BEGIN answers {code}");
    }
}
