using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Transactions;

/// <summary>A migration: tables and indexes come and go, columns are added, user_version moves.</summary>
internal sealed class SchemaTransaction : ITransaction
{
    public bool Run(Ledger ledger, Random random)
    {
        var database = ledger.Database;
        database.Execute("BEGIN IMMEDIATE");
        ledger.Load();
        var table = $"extra{random.Next(3)}";
        var exists = database.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?", table) > 0;
        switch (exists ? random.Next(4) : 0)
        {
            case 0 when !exists:
                database.Execute($"CREATE TABLE {table}(id INTEGER PRIMARY KEY, word TEXT)");
                database.Execute($"INSERT INTO {table}(word) SELECT hex(payload) FROM ledger ORDER BY id DESC LIMIT 50");
                break;
            case 1:
                database.Execute($"DROP TABLE {table}");
                break;
            case 2:
                database.Execute($"DROP INDEX IF EXISTS {table}_by_word");
                database.Execute($"CREATE INDEX {table}_by_word ON {table}(word)");
                break;
            default:
                database.Execute($"ALTER TABLE {table} ADD COLUMN more{ledger.Seq} INTEGER DEFAULT {random.Next(100)}");
                break;
        }

        database.Execute($"PRAGMA user_version = {random.Next(1_000_000)}");
        ledger.Append(Payload.Next(random), closes: true);
        database.Execute("COMMIT");
        return true;
    }
}
