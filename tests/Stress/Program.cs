using System.Globalization;
using Litestream.Engine.Sqlite;
using Litestream.Stress.Cases;
using Litestream.Stress.Kills;
using Litestream.Stress.Replicators;
using Litestream.Stress.Runs;
using Litestream.Workload;

namespace Litestream.Stress;

/// <summary>Hard use of a replication, and what comes out of it: see --help.</summary>
internal static class Program
{
    private const string Usage = """
        Stress [--runs N] [--seed S] [--seconds T] [--replicator engine|oracle] [--restore both|oracle] [--keep]
        Stress --case interop-long [--minutes 10]    steady writes, restored by Litestream 0.3.13 with 1024 open files
        Stress --case 500mb [--megabytes 500]        our restore beside Litestream 0.3.13's on the same replica
        Stress --case wal-size [--seconds 10] [--turns 3] [--load N]    the application's WAL with us and without us
        Stress --case kills [--rounds 24] [--seed S]    kill -9 of the replication, writers, the store's gateway, restores in place, retention
        Stress --case powercut [--rounds 10] [--seed S]    a volume with the database and its replica loses its power; root on Linux
        Stress --case soak [--minutes 15]    weeks on a fast clock: does anything grow?
        """;

    private static async Task<int> Main(string[] args)
    {
        // there the engine alone opens databases, as in the module
        SqliteLibrary.IsOwn = args is ["replicate" or "restore-in-place" or "retain", ..];
        switch (args)
        {
            case ["replicate", var options, var replica, var bootId]:
                return await ReplicateCommand.RunAsync(options, replica, bootId);
            case ["restore-in-place", var replica, var target]:
                return await RepeatCommand.RestoreAsync(replica, target);
            case ["retain", var replica, var seconds]:
                return await RepeatCommand.RetainAsync(replica, TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)));
        }

        var line = new CommandLine(args);
        if (line.Flag("help"))
        {
            Console.WriteLine(Usage);
            return 0;
        }

        switch (line.Text("case"))
        {
            case null:
                return await new Suite(StressSettings.Parse(line)).ExecuteAsync() == 0 ? 0 : 1;
            case "interop-long":
                return await InteropLongCase.RunAsync(TimeSpan.FromMinutes(line.Number("minutes", 10)));
            case "500mb":
                return await RestoreTimingCase.RunAsync(line.Number("megabytes", 500));
            case "wal-size":
                return await WalSizeCase.RunAsync(TimeSpan.FromSeconds(line.Number("seconds", 10)), line.Number("turns", 3), line.Number("load", 0));
            case "kills":
                return await KillsCase.RunAsync(line.Number("rounds", 24), line.Number("seed", Environment.TickCount & 0xffffff));
            case "powercut":
                return await PowerCutCase.StartAsync(line.Number("rounds", 10), line.Number("seed", Environment.TickCount & 0xffffff));
            case "powercut-inside":
                return await PowerCutCase.RunAsync(line.Number("rounds", 10), line.Number("seed", 1));
            case "soak":
                return await SoakCase.RunAsync(TimeSpan.FromMinutes(line.Number("minutes", 15)));
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }
}
