using Litestream.Engine.Replication;
using Litestream.Stress.Clients;
using Litestream.Stress.Replicators;
using Litestream.Stress.Runs;

namespace Litestream.Stress.Cases;

/// <summary>How large the application's WAL gets with us and without us on the same load, in turns, after some seconds of moderate load.</summary>
internal static class WalSizeCase
{
    /// <summary>What is promised: docs/reliability.md.</summary>
    private const double RatioLimit = 2;

    private static readonly (string Name, ClientSpec[] Clients)[] s_loads =
    [
        ("50 commits a second", [new("writer", "--writer 1 --mode autocommit --rate 50")]),
        ("1000 commits a second", [new("writer", "--writer 1 --mode autocommit --rate 1000")]),
        ("a writer without pause", [new("writer", "--writer 1 --mode autocommit")]),
        ("three writers without pause", [new("writer", "--writer 1 --mode autocommit"), new("writer", "--writer 2 --mode immediate"), new("writer", "--writer 3 --mode autocommit")]),
        ("large transactions without pause", [new("writer", "--writer 1 --mode large,autocommit")]),
        ("a writer without pause, readers up to 1 s", [new("writer", "--writer 1 --mode autocommit"), new("reader", "--longest 1000"), new("reader", "--longest 200")]),
    ];

    public static async Task<int> RunAsync(TimeSpan duration, int turns, int only)
    {
        Console.WriteLine($"{"load",-44} {"without us",12} {"with us",12} {"ratio",6} {"commits without",16} {"with",9} {"BUSY without",13} {"with",6}");
        var number = 0;
        var broken = new List<string>();
        foreach (var (name, clients) in s_loads.Where((_, i) => only == 0 || i == only - 1))
        {
            var (alone, replicated) = (new List<Turn>(), new List<Turn>());
            for (var turn = 0; turn < turns; turn++)
            {
                alone.Add(await RunAsync(clients, duration, ++number, isReplicated: false));
                replicated.Add(await RunAsync(clients, duration, ++number, isReplicated: true));
            }

            Turn without = Median(alone), with = Median(replicated);
            var ratio = (double)with.WalSize / without.WalSize;
            if (!(ratio <= RatioLimit)) broken.Add(name); // a load that made no WAL shows nothing
            Console.WriteLine(
                $"{name,-44} {without.WalSize >> 10,8} KiB {with.WalSize >> 10,8} KiB {ratio,6:f2} "
                + $"{without.Commits,16} {with.Commits,9} {without.Busy,13} {with.Busy,6}");
        }

        if (broken.Count == 0) return 0;
        Console.WriteLine($"FAILED: more than {RatioLimit} times as large with us: {string.Join("; ", broken)}");
        return 1;
    }

    private static Turn Median(List<Turn> turns) => turns.OrderBy(t => t.WalSize).ElementAt(turns.Count / 2);

    private static async Task<Turn> RunAsync(ClientSpec[] clients, TimeSpan duration, int number, bool isReplicated)
    {
        var folder = RunFolder.Create($"wal-size-{number}");
        await TestDatabase.CreateAsync(folder.Database, RunPlan.Draw(1) with { PageSize = 4096, InitialRows = 1000 });
        var replicator = isReplicated ? new EngineReplicator(new ReplicationOptions { DatabasePath = folder.Database }, folder.Replica) : null;
        long largest = 0;
        Turn turn;
        if (replicator is not null)
        {
            await replicator.StartAsync();
            await replicator.SyncAsync();
        }

        await WarmUpAsync(folder.Database, number);
        await using (var fleet = new ClientFleet(folder.Database, clients, number, new()))
        {
            var work = fleet.WorkAsync(duration);
            while (!work.IsCompleted)
            {
                // by stat: opening it is nobody else's business
                if (new FileInfo(folder.Database + "-wal") is { Exists: true } wal) largest = Math.Max(largest, wal.Length);
                await Task.Delay(5);
            }

            await work;
            var report = await fleet.StopAsync();
            turn = new(largest, report.Commits, report.WriterErrors.Where(e => e.Key.StartsWith("BUSY", StringComparison.Ordinal)).Sum(e => e.Value));
        }

        if (replicator is not null) await replicator.DisposeAsync();
        folder.Delete();
        return turn;
    }

    /// <summary>A replication that runs for days meets a burst with its code compiled; its first second is another matter.</summary>
    private static async Task WarmUpAsync(string database, int number)
    {
        await using var fleet = new ClientFleet(database, [new("writer", "--writer 9 --mode autocommit --rate 500")], number, new());
        await fleet.WorkAsync(TimeSpan.FromSeconds(3));
        await fleet.StopAsync();
    }

    private sealed record Turn(long WalSize, long Commits, long Busy);
}
