using Litestream.Workload.Ledgers;
using Litestream.Workload.Reports;
using Litestream.Workload.Sqlite;
using Litestream.Workload.Transactions;

namespace Litestream.Workload.Clients;

/// <summary>A careless administrator: deletes -wal and -shm under those who use them, then writes through new connections.</summary>
internal static class Unlinker
{
    public static int Run(CommandLine line)
    {
        using var session = new ClientSession(line);
        var report = new ClientReport { Client = "unlink" };
        if (line.Flag("wal")) File.Delete($"{session.Path}-wal");
        if (line.Flag("shm")) File.Delete($"{session.Path}-shm");
        var immediate = new ImmediateTransaction();
        for (var rounds = line.Number("rounds", 5); rounds > 0; rounds--)
        {
            try
            {
                using var database = session.Open();
                var ledger = new Ledger(database, line.Number("writer", 1));
                immediate.Run(ledger, session.Random);
                ledger.Confirm();
                report.Done++;
            }
            catch (SqliteException e)
            {
                report.Add(e);
            }

            session.Wait(0, 20);
        }

        report.Print();
        return 0;
    }
}
