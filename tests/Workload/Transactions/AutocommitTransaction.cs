using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>One statement without BEGIN.</summary>
internal sealed class AutocommitTransaction : ITransaction
{
    public bool Run(Ledger ledger, Random random)
    {
        ledger.Load();
        ledger.Append(Payload.Next(random), closes: true);
        return true;
    }
}
