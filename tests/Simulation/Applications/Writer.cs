using System.Globalization;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Applications;

/// <summary>Writes in all the ways that applications do, and remembers what was acknowledged.</summary>
internal sealed class Writer(Machine machine, string path, int number, WriterHabits habits) : Application(machine, path, $"writer{number}")
{
    private const int Normal = 1;

    private long _acknowledged;
    private long _expected;

    /// <summary>With synchronous=NORMAL a power loss may take what was acknowledged; and always what a process left that died while it committed, though others have read it since.</summary>
    public void LosePower()
    {
        if (habits.Synchronous == Normal) _acknowledged = 0;
        _expected = _acknowledged;
    }

    protected override IEnumerable<int> Script()
    {
        while (true)
        {
            if (!TryOpen(habits.BusyTimeout, $"PRAGMA wal_autocheckpoint={habits.AutoCheckpoint}", $"PRAGMA synchronous={habits.Synchronous}",
                    "PRAGMA temp_store=MEMORY"))
            {
                Sleep(20);
                yield return 0;
                continue;
            }

            if (!Try(CheckAcknowledged))
            {
                Close();
                yield return 0;
                continue;
            }

            for (var transactions = Random.Next(5, 60); transactions > 0; transactions--)
            {
                foreach (var step in Transaction()) yield return step;
                Sleep(Random.Next(4) == 0 ? Random.Next(200) : Random.Next(5));
                yield return 0;
            }

            Close();
            if (Random.Next(2) == 0) Sleep(Random.Next(2000));
            yield return 0;
        }
    }

    private IEnumerable<int> Transaction()
    {
        var kind = Random.Next(12);
        var next = 0L;
        switch (kind)
        {
            case < 3:
                Acknowledge(Try(() => next = Advance()), () => next);
                yield break;
            case 3:
                Try(() => Connection!.Execute(Random.Next(3) switch
                {
                    0 => "VACUUM",
                    1 => "PRAGMA incremental_vacuum(3)",
                    _ => $"CREATE TABLE IF NOT EXISTS extra{Random.Next(4)} (a)",
                }));
                yield break;
        }

        var spills = kind is 4 or 5;
        if (spills) Try(() => Connection!.Execute("PRAGMA cache_size=5"));
        if (!Try(() => Connection!.Execute(kind < 9 ? "BEGIN IMMEDIATE" : "BEGIN"))) yield break;
        yield return 0;
        if (kind >= 9)
        {
            Try(() => Connection!.Execute("SELECT sum(length(v)) FROM data"));
            yield return 0;
        }

        var good = Try(() => next = Advance());
        for (var changes = spills ? Random.Next(5, 40) : Random.Next(1, 6); good && changes > 0; changes--)
        {
            good = Try(Change);
            if (Random.Next(3) == 0) yield return 0;
        }

        if (good && Random.Next(6) > 0) Acknowledge(Try(() => Connection!.Execute("COMMIT")), () => next);
        Connection!.RollBack();
        if (spills) Try(() => Connection.Execute("PRAGMA cache_size=-2000"));
    }

    private long Advance()
    {
        Connection!.Execute("UPDATE ledger SET n = n + 1, pad = ? WHERE writer = ?", Bytes(habits.RowSize / 5), number);
        return Number();
    }

    private void Change()
    {
        var row = Random.Next(habits.Rows);
        if (Random.Next(4) == 0) Connection!.Execute("DELETE FROM data WHERE id BETWEEN ? AND ?", row, row + Random.Next(5));
        else Connection!.Execute("INSERT OR REPLACE INTO data VALUES (?, ?)", row, Bytes(habits.RowSize));
    }

    private long Number() => long.Parse(Connection!.Execute("SELECT n FROM ledger WHERE writer = ?", number)!, CultureInfo.InvariantCulture);

    private void Acknowledge(bool committed, Func<long> value)
    {
        // what a dead process is told reaches nobody
        if (committed && !Process!.IsDead && !Connection!.InTransaction) _expected = _acknowledged = value();
    }

    private void CheckAcknowledged()
    {
        var present = Number();
        if (Process!.IsDead) return;
        if (present < _expected)
            throw new SimulationFailedException($"The source of {Name} is at {present}, {_expected} was acknowledged or read.");
        _expected = present;
    }

    private byte[] Bytes(int most)
    {
        var bytes = new byte[Random.Next(most)];
        Random.NextBytes(bytes);
        return bytes;
    }
}
