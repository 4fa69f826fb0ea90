using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Ledgers;

/// <summary>Says whether a database stands at a state that whole transactions left behind.</summary>
public static class LedgerCheck
{
    private const int ProblemLimit = 10;

    /// <summary>Checks a database in one read transaction.</summary>
    /// <param name="path">The file.</param>
    public static LedgerState Run(string path)
    {
        var problems = new List<string>();
        var writers = new Dictionary<int, long>();
        var isReadable = false;
        try
        {
            using var database = Database.Open(path, 5000);
            database.Execute("BEGIN");
            isReadable = database.Number("PRAGMA schema_version") is not null;
            CheckIntegrity(database, problems);
            CheckLedger(database, problems, writers);
            CheckFilling(database, problems);
            database.Execute("COMMIT");
        }
        catch (SqliteException e)
        {
            problems.Add(e.Message);
        }

        return new(isReadable, problems, writers);
    }

    private static void CheckIntegrity(Database database, List<string> problems)
    {
        foreach (var row in database.Query("PRAGMA integrity_check(5)"))
        {
            if (row[0] is not "ok") problems.Add($"integrity_check: {row[0]}");
        }
    }

    private static void CheckLedger(Database database, List<string> problems, Dictionary<int, long> writers)
    {
        var reached = new Dictionary<int, (long Seq, long Total, bool Closed)>();
        long id = 0;
        foreach (var row in database.Query("SELECT id, writer, seq, payload, total, closes FROM ledger ORDER BY id"))
        {
            var writer = (int)(long)row[1]!;
            var (seq, total, _) = reached.GetValueOrDefault(writer);
            total = RunningTotal.Next(total, row[3] as byte[] ?? []);
            Expect(id + 1, (long)row[0]!, "row number", writer);
            Expect(seq + 1, (long)row[2]!, "seq", writer);
            Expect(total, (long)row[4]!, "total", writer);
            if (problems.Count >= ProblemLimit) return;
            id = (long)row[0]!;
            reached[writer] = ((long)row[2]!, (long)row[4]!, (long)row[5]! != 0);
        }

        foreach (var row in database.Query("SELECT writer, seq, total FROM accounts"))
        {
            var writer = (int)(long)row[0]!;
            reached.Remove(writer, out var end);
            Expect(end.Seq, (long)row[1]!, "account's seq", writer);
            Expect(end.Total, (long)row[2]!, "account's total", writer);
            if (!end.Closed) problems.Add($"writer {writer}: the transaction of row {end.Seq} is not closed");
            writers[writer] = (long)row[1]!;
        }

        foreach (var writer in reached.Keys) problems.Add($"writer {writer}: rows without an account");

        void Expect(long expected, long found, string what, int writer)
        {
            if (expected != found) problems.Add($"writer {writer}: {what} {found} instead of {expected} after row {id}");
        }
    }

    private static void CheckFilling(Database database, List<string> problems)
    {
        var difference = database.Number("""
            SELECT (SELECT abs(count(*) - f.count) + abs(total(length(body)) - f.bytes) FROM filler) > 0 FROM filling f
            """);
        if (difference != 0) problems.Add("filler: rows differ from their count");
    }
}
