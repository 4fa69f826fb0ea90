using Litestream.Workload.Ledgers;
using Litestream.Workload.Sqlite;
using Litestream.Workload.Transactions;

namespace Litestream.Workload.Clients;

/// <summary>Makes a new test database.</summary>
internal static class Creator
{
    private const int RowsPerTransaction = 1000;

    public static int Run(CommandLine line)
    {
        using var database = Database.Open(line.Positional(0, "The database"), 5000, create: true);
        database.Execute($"PRAGMA page_size = {line.Number("page-size", 4096)}");
        database.Execute($"PRAGMA auto_vacuum = {line.Text("auto-vacuum", "none")}");
        database.Execute($"PRAGMA encoding = '{line.Text("encoding", "UTF-8")}'");
        database.Execute($"PRAGMA journal_mode = {line.Text("journal-mode", "wal")}");
        LedgerSchema.Create(database);
        Fill(new(database, writer: 0), new(line.Number("seed", 1)), line.Number("rows", 0), line.Number("row-size", 0));
        return 0;
    }

    private static void Fill(Ledger ledger, Random random, int rows, int rowSize)
    {
        for (var row = 1; row <= rows; row++)
        {
            if (row % RowsPerTransaction == 1) ledger.Database.Execute("BEGIN IMMEDIATE");
            var closes = row % RowsPerTransaction == 0 || row == rows;
            ledger.Append(rowSize > 0 ? Payload.OfLength(random, rowSize) : Payload.Next(random), closes);
            if (closes) ledger.Database.Execute("COMMIT");
        }
    }
}
