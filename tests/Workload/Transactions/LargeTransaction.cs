using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>A commit of many pages: time enough to be killed inside of it.</summary>
internal sealed class LargeTransaction : ITransaction
{
    public bool Run(Ledger ledger, Random random)
    {
        ledger.Database.Execute("BEGIN IMMEDIATE");
        ledger.Load();
        for (var row = 5; row > 0; row--) ledger.Append(Payload.OfLength(random, 60_000), closes: row == 1);
        ledger.Database.Execute("COMMIT");
        return true;
    }
}
