using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Ledgers;

/// <summary>
/// The tables of every test database. Each transaction adds rows to <c>ledger</c>, numbered without a gap per writer and
/// over all; the last row of a transaction closes it, and only then a trigger moves the writer's account. A state that
/// no transaction left behind therefore shows: a gap, a wrong total, or an account behind its ledger.
/// </summary>
internal static class LedgerSchema
{
    private static readonly string[] s_statements =
    [
        "CREATE TABLE accounts(writer INTEGER PRIMARY KEY, seq INTEGER NOT NULL, total INTEGER NOT NULL)",
        """
        CREATE TABLE ledger(id INTEGER PRIMARY KEY, writer INTEGER NOT NULL, seq INTEGER NOT NULL, payload BLOB NOT NULL,
            total INTEGER NOT NULL, closes INTEGER NOT NULL)
        """,
        "CREATE UNIQUE INDEX ledger_by_writer ON ledger(writer, seq)",
        "CREATE TABLE filler(id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
        "CREATE TABLE filling(id INTEGER PRIMARY KEY CHECK(id = 1), count INTEGER NOT NULL, bytes INTEGER NOT NULL)",
        "INSERT INTO filling VALUES(1, 0, 0)",
        """
        CREATE TRIGGER ledger_closes AFTER INSERT ON ledger WHEN new.closes BEGIN
            INSERT INTO accounts VALUES(new.writer, new.seq, new.total)
                ON CONFLICT(writer) DO UPDATE SET seq = excluded.seq, total = excluded.total;
        END
        """,
        """
        CREATE TRIGGER filler_grows AFTER INSERT ON filler BEGIN
            UPDATE filling SET count = count + 1, bytes = bytes + length(new.body);
        END
        """,
        """
        CREATE TRIGGER filler_shrinks AFTER DELETE ON filler BEGIN
            UPDATE filling SET count = count - 1, bytes = bytes - length(old.body);
        END
        """,
    ];

    /// <summary>Creates the tables in one transaction.</summary>
    /// <param name="database">An empty database.</param>
    public static void Create(Database database)
    {
        database.Execute("BEGIN IMMEDIATE");
        foreach (var statement in s_statements) database.Execute(statement);
        database.Execute("COMMIT");
    }
}
