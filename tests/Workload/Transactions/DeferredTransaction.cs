using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>BEGIN, SELECT, wait, write: the read lock becomes a write lock, which SQLite refuses at once when another has
/// written meanwhile or holds the write lock, whatever the busy timeout.</summary>
internal sealed class DeferredTransaction : ITransaction
{
    public bool Run(Ledger ledger, Random random)
    {
        ledger.Database.Execute("BEGIN");
        ledger.Load();
        ledger.Think(TimeSpan.FromMilliseconds(random.Next(0, 30)));
        ledger.Append(Payload.Next(random), closes: false);
        ledger.Append(Payload.Next(random), closes: true);
        ledger.Database.Execute("COMMIT");
        return true;
    }
}
