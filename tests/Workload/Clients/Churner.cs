using Litestream.Workload.Reports;
using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Clients;

/// <summary>Replaces rows of a table of its own that gets no larger: for runs in which nothing else may grow either. Now and then many rows at once, and
/// pauses in which nothing happens.</summary>
internal static class Churner
{
    private const int Rows = 2000;
    private const int LargestRow = 2000;

    public static int Run(CommandLine line)
    {
        using var session = new ClientSession(line);
        var (pause, burst) = (line.Number("pause", 20), line.Number("burst", 300));
        var report = new ClientReport { Client = "writer" };
        while (!session.Stop.IsSet)
        {
            try
            {
                using var database = session.Open();
                database.Execute("CREATE TABLE IF NOT EXISTS churn(id INTEGER PRIMARY KEY, body BLOB NOT NULL)");
                while (!session.Stop.IsSet)
                {
                    Replace(database, session.Random, session.Random.Next(50) == 0 ? burst : session.Random.Next(1, 4));
                    report.Done++;
                    session.Wait(0, session.Random.Next(100) == 0 ? 50 * pause : 2 * pause);
                }
            }
            catch (SqliteException e)
            {
                report.Add(e);
                session.Wait(20, 20);
            }
        }

        report.Print();
        return 0;
    }

    private static void Replace(Database database, Random random, int rows)
    {
        database.Execute("BEGIN IMMEDIATE");
        for (; rows > 0; rows--)
        {
            var body = new byte[random.Next(1, LargestRow)];
            random.NextBytes(body);
            database.Execute("INSERT OR REPLACE INTO churn VALUES(?, ?)", random.Next(Rows), body);
        }

        database.Execute("COMMIT");
    }
}
