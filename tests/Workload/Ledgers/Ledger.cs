using System.Diagnostics;
using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Ledgers;

/// <summary>One writer's side of the ledger, on one connection.</summary>
/// <param name="database">The connection.</param>
/// <param name="writer">The writer's number; nobody else uses it at the same time.</param>
internal sealed class Ledger(Database database, int writer)
{
    private long _seq;
    private long _total;
    private TimeSpan _pauses;

    public Database Database { get; } = database;

    /// <summary>The number of the last appended row.</summary>
    public long Seq => _seq;

    /// <summary>Reads where the writer stands. Inside a transaction: where it stands there.</summary>
    public void Load()
    {
        (_seq, _total) = (0, 0);
        foreach (var row in Database.Query("SELECT seq, total FROM accounts WHERE writer = ?", writer))
            (_seq, _total) = ((long)row[0]!, (long)row[1]!);
    }

    /// <summary>Adds a row.</summary>
    /// <param name="payload">Its content.</param>
    /// <param name="closes">Whether it is the last of its transaction.</param>
    public void Append(byte[] payload, bool closes)
    {
        var total = RunningTotal.Next(_total, payload);
        Database.Execute(
            "INSERT INTO ledger(writer, seq, payload, total, closes) VALUES(?, ?, ?, ?, ?)",
            writer, _seq + 1, payload, total, closes ? 1 : 0);
        (_seq, _total) = (_seq + 1, total);
    }

    /// <summary>Tells the outside that everything up to <see cref="Seq"/> is committed: <c>c writer seq time</c>, the time
    /// of the machine's monotonic clock.</summary>
    public void Confirm()
    {
        Console.Out.Write($"c {writer} {_seq} {Stopwatch.GetTimestamp()}\n");
        Console.Out.Flush();
    }

    /// <summary>Waits as an application does that thinks; such time is no latency.</summary>
    public void Think(TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        Thread.Sleep(time);
        _pauses += Stopwatch.GetElapsedTime(started);
    }

    /// <summary>The time spent in <see cref="Think"/> since the last call.</summary>
    public TimeSpan TakePauses()
    {
        var pauses = _pauses;
        _pauses = default;
        return pauses;
    }
}
