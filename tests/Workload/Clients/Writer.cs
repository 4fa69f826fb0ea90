using System.Diagnostics;
using Litestream.Workload.Ledgers;
using Litestream.Workload.Reports;
using Litestream.Workload.Sqlite;
using Litestream.Workload.Transactions;

namespace Litestream.Workload.Clients;

/// <summary>Writes transactions of the given kinds, reports each confirmed commit at once and goes on after errors.</summary>
internal static class Writer
{
    public static int Run(CommandLine line)
    {
        using var session = new ClientSession(line);
        var writer = line.Number("writer", 1);
        var kinds = TransactionKinds.Parse(line.Text("mode", "autocommit"));
        var interval = line.Number("rate", 0) is > 0 and var rate ? TimeSpan.FromSeconds(1.0 / rate) : TimeSpan.Zero;
        var report = new ClientReport { Client = "writer" };
        while (!session.Stop.IsSet)
        {
            try
            {
                using var database = session.Open();
                Write(session, new(database, writer), kinds, interval, report);
            }
            catch (SqliteException e)
            {
                // an application logs it, connects again and goes on
                report.Add(e);
                session.Wait(20, 20);
            }
        }

        report.Print();
        return 0;
    }

    private static void Write(
        ClientSession session, Ledger ledger, IReadOnlyList<ITransaction> kinds, TimeSpan interval, ClientReport report)
    {
        while (!session.Stop.IsSet)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var committed = kinds[session.Random.Next(kinds.Count)].Run(ledger, session.Random);
                var latency = Stopwatch.GetElapsedTime(started) - ledger.TakePauses();
                if (committed)
                {
                    ledger.Confirm();
                    report.Latency.Add(latency);
                    report.Done++;
                }
                else
                    report.RolledBack++;
            }
            catch (SqliteException e) when (e.IsBusy)
            {
                report.Add(e);
                ledger.TakePauses();
                ledger.Database.RollBack();
                session.Wait(0, 5);
            }

            if (interval > TimeSpan.Zero) session.Stop.Wait(interval * (0.5 + session.Random.NextDouble()));
        }
    }
}
