using System.Diagnostics;
using Litestream.Workload.Reports;
using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Clients;

/// <summary>Holds read transactions, most of them short, some up to <c>--longest</c> milliseconds, and looks whether what it sees
/// stands still.</summary>
internal static class Reader
{
    private const string Glance = """
        SELECT count(*) || '/' || coalesce(max(id), 0) || '/' || (SELECT coalesce(sum(seq), 0) FROM accounts) FROM ledger
        """;

    public static int Run(CommandLine line)
    {
        using var session = new ClientSession(line);
        var longest = line.Number("longest", 300);
        var report = new ClientReport { Client = "reader" };
        while (!session.Stop.IsSet)
        {
            try
            {
                using var database = session.Open();
                for (var reads = session.Random.Next(1, 50); reads > 0 && !session.Stop.IsSet; reads--)
                    Read(session, database, longest, report);
            }
            catch (SqliteException e)
            {
                report.Add(e);
                session.Wait(1, 20);
            }
        }

        report.Print();
        return 0;
    }

    private static void Read(ClientSession session, Database database, int longest, ClientReport report)
    {
        var started = Stopwatch.GetTimestamp();
        database.Execute("BEGIN");
        var first = database.Text(Glance);
        report.Latency.Add(Stopwatch.GetElapsedTime(started));
        session.Wait(1, session.Random.Next(8) == 0 ? longest : Math.Min(longest, 20));
        if (database.Text(Glance) != first) report.Count("torn");
        database.Execute("COMMIT");
        report.Done++;
        session.Wait(0, 10);
    }
}
