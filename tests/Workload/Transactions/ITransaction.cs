using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>A way in which applications write.</summary>
internal interface ITransaction
{
    /// <summary>Runs one transaction.</summary>
    /// <param name="ledger">Where to write.</param>
    /// <param name="random">Sizes and waits.</param>
    /// <returns>Whether it was committed; false if it was rolled back on purpose.</returns>
    bool Run(Ledger ledger, Random random);
}
