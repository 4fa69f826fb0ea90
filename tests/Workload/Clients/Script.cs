using System.Globalization;
using Litestream.Workload.Ledgers;
using Litestream.Workload.Reports;
using Litestream.Workload.Sqlite;
using Litestream.Workload.Transactions;

namespace Litestream.Workload.Clients;

/// <summary>Writes the same sequence of transactions for the same seed, alone, and records the digest of the database after
/// each commit: a line of a file each, the first one that of the start.</summary>
internal static class Script
{
    private const string DefaultKinds = "autocommit,autocommit,autocommit,immediate,immediate,deferred,spill,rollback,grow,shrink,schema";

    public static int Run(CommandLine line)
    {
        using var session = new ClientSession(line);
        var kinds = TransactionKinds.Parse(line.Text("mode", DefaultKinds));
        var longest = line.Number("longest", 30);
        var report = new ClientReport { Client = "script" };
        using var states = File.CreateText(line.Text("states") ?? throw new ArgumentException("--states is missing."));
        using var database = session.Open();
        var ledger = new Ledger(database, line.Number("writer", 1));
        Record();
        for (var commits = line.Number("commits", 100); commits > 0; commits--)
        {
            try
            {
                if (kinds[session.Random.Next(kinds.Count)].Run(ledger, session.Random))
                {
                    ledger.Confirm();
                    report.Done++;
                }
                else
                    report.RolledBack++;
            }
            catch (SqliteException e) when (e.IsBusy)
            {
                // a VACUUM or a commit that a foreign checkpoint kept out; what is committed is recorded below
                report.Add(e);
                database.RollBack();
            }

            Record();
            Thread.Sleep(session.Random.Next(longest + 1));
        }

        report.Print();
        return 0;

        void Record()
        {
            states.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{StateDigest.Compute(database)} {ledger.Seq}"));
            states.Flush();
        }
    }
}
