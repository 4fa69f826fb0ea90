using System.Diagnostics;
using Litestream.Workload.Reports;
using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Clients;

/// <summary>Somebody else who checkpoints: PASSIVE, FULL, RESTART and TRUNCATE at random intervals.</summary>
internal static class Checkpointer
{
    public static int Run(CommandLine line)
    {
        using var session = new ClientSession(line);
        var modes = line.Text("mode", "PASSIVE,FULL,RESTART,TRUNCATE").Split(',');
        var longest = line.Number("longest", 300);
        var report = new ClientReport { Client = "checkpointer" };
        while (!session.Stop.IsSet)
        {
            try
            {
                using var database = session.Open();
                for (var turns = session.Random.Next(1, 20); turns > 0 && !session.Stop.IsSet; turns--)
                {
                    session.Wait(1, longest);
                    var mode = modes[session.Random.Next(modes.Length)];
                    var started = Stopwatch.GetTimestamp();
                    var busy = database.Number($"PRAGMA wal_checkpoint({mode})") != 0;
                    report.Latency.Add(Stopwatch.GetElapsedTime(started));
                    report.Count(busy ? $"{mode} busy" : mode);
                    report.Done++;
                }
            }
            catch (SqliteException e)
            {
                report.Add(e);
                session.Wait(1, 20);
            }
        }

        report.Print();
        return 0;
    }
}
