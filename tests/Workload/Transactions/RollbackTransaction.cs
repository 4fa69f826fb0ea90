using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>Writes and thinks better of it.</summary>
internal sealed class RollbackTransaction : ITransaction
{
    public bool Run(Ledger ledger, Random random)
    {
        ledger.Database.Execute("BEGIN IMMEDIATE");
        ledger.Load();
        for (var row = random.Next(1, 20); row > 0; row--) ledger.Append(Payload.Next(random), closes: row == 1);
        ledger.Database.Execute("ROLLBACK");
        return false;
    }
}
