using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>Adds bulk that <see cref="ShrinkTransaction"/> takes away.</summary>
internal sealed class GrowTransaction : ITransaction
{
    public bool Run(Ledger ledger, Random random)
    {
        ledger.Database.Execute("BEGIN IMMEDIATE");
        ledger.Load();
        for (var row = random.Next(1, 200); row > 0; row--)
            ledger.Database.Execute("INSERT INTO filler(body) VALUES(?)", Payload.OfLength(random, random.Next(200, 4_000)));
        ledger.Append(Payload.Next(random), closes: true);
        ledger.Database.Execute("COMMIT");
        return true;
    }
}
