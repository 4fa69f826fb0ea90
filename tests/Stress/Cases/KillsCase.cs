using System.Diagnostics;
using Litestream.Stress.Kills;
using Litestream.Stress.Restores;

namespace Litestream.Stress.Cases;

/// <summary>Rounds of kill -9 under load: of the replication, of writers, of the gateway of the store, of restores in place and of retention.</summary>
internal static class KillsCase
{
    private const int RoundsPerLife = 6;
    private static readonly TimeSpan s_settingUp = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_longestRound = TimeSpan.FromSeconds(30);

    /// <summary>Runs the rounds, some on one database each, and prints what came of them.</summary>
    /// <returns>0 if nothing failed.</returns>
    public static async Task<int> RunAsync(int rounds, int seed)
    {
        var oracle = Oracle.Find();
        if (oracle is null) Console.WriteLine("Litestream 0.3.13 can't run here: what it restores is not checked.");
        using var store = await KillStore.TryStartAsync(s_settingUp + rounds * s_longestRound);
        if (store is null) Console.WriteLine("Ceph's gateway is not installed here (radosgw, ceph-mon, ceph-osd): no gateway is killed.");
        var tally = new KillTally();
        for (var life = 0; life * RoundsPerLife < rounds; life++)
            await RunAsync(seed + life, Math.Min(RoundsPerLife, rounds - life * RoundsPerLife), life % 2 == 0 ? store : null, oracle, tally);
        Console.WriteLine(tally);
        return tally.Failures == 0 ? 0 : 1;
    }

    private static async Task RunAsync(int seed, int rounds, KillStore? store, Oracle? oracle, KillTally tally)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = RunFolder.Create($"kills-{seed}");
        var bucket = $"kills-{Guid.NewGuid():N}";
        var replica = store is null ? folder.Replica : await store.CreateReplicaAsync(bucket);
        var failed = tally.Failures;
        await using (var life = new KillLife(seed, folder, replica, store, oracle, tally))
        {
            try
            {
                await life.ExecuteAsync(rounds);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // whatever it is, these rounds have failed, and the next ones shall show whether they do so too
                tally.Failures++;
                Console.WriteLine(folder.Describe(e, life.Events));
            }
        }

        if (tally.Failures == failed)
        {
            folder.Delete();
            if (store is not null) await store.EmptyAsync(bucket);
        }

        Console.WriteLine($"seed {seed}, {(store is null ? "folder" : "gateway")}, {Stopwatch.GetElapsedTime(started).TotalSeconds:f0} s: {tally}");
    }
}
