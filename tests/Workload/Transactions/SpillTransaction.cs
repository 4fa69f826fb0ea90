using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>More pages than the cache holds, so that frames reach the WAL long before the commit, the same page more than
/// once; then COMMIT or ROLLBACK at random.</summary>
internal sealed class SpillTransaction : ITransaction
{
    private const int CachePages = 10;
    private const int DefaultCacheSize = -2000;

    public bool Run(Ledger ledger, Random random)
    {
        var commits = random.Next(2) == 0;
        ledger.Database.Execute($"PRAGMA cache_size = {CachePages}");
        try
        {
            ledger.Database.Execute("BEGIN IMMEDIATE");
            ledger.Load();
            var rows = random.Next(20, 120);
            for (var row = 1; row <= rows; row++)
                ledger.Append(Payload.OfLength(random, random.Next(100, 2_000)), closes: row == rows);
            ledger.Database.Execute(commits ? "COMMIT" : "ROLLBACK");
        }
        finally
        {
            if (!ledger.Database.InTransaction) ledger.Database.Execute($"PRAGMA cache_size = {DefaultCacheSize}");
        }

        return commits;
    }
}
