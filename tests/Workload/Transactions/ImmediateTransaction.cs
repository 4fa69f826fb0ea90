using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>BEGIN IMMEDIATE, several statements, COMMIT; sometimes with a wait while it holds the write lock.</summary>
internal sealed class ImmediateTransaction : ITransaction
{
    public bool Run(Ledger ledger, Random random)
    {
        ledger.Database.Execute("BEGIN IMMEDIATE");
        ledger.Load();
        var rows = random.Next(1, 8);
        for (var row = 1; row <= rows; row++) ledger.Append(Payload.Next(random), closes: row == rows);
        if (random.Next(10) == 0) ledger.Think(TimeSpan.FromMilliseconds(random.Next(1, 10)));
        ledger.Database.Execute("COMMIT");
        return true;
    }
}
