using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>Deletes bulk, and every so often gives the pages back with VACUUM or incremental_vacuum.</summary>
internal sealed class ShrinkTransaction : ITransaction
{
    public bool Run(Ledger ledger, Random random)
    {
        var database = ledger.Database;
        database.Execute("BEGIN IMMEDIATE");
        ledger.Load();
        database.Execute("DELETE FROM filler WHERE abs(random()) % 100 < ?", random.Next(20, 101));
        ledger.Append(Payload.Next(random), closes: true);
        database.Execute("COMMIT");
        if (random.Next(2) == 0) database.Execute(random.Next(2) == 0 ? "VACUUM" : $"PRAGMA incremental_vacuum({random.Next(1, 500)})");
        return true;
    }
}
