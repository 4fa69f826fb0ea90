using Litestream.Engine;
using Litestream.Engine.Replication;
using Litestream.Stress.Clients;
using Litestream.Stress.Restores;
using Litestream.Stress.Runs;
using Litestream.Stress.Soak;

namespace Litestream.Stress.Cases;

/// <summary>Weeks of mixed load on databases that do not grow, on a fast clock: snapshots, retention, new indexes, rest and waking. Nothing else may grow
/// either.</summary>
internal static class SoakCase
{
    private const int Speed = 2000;
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_retention = TimeSpan.FromDays(1);

    // pauses so long that the load is the same whatever else the machine does: what grew with it would prove nothing
    private static readonly (string Name, ClientSpec[] Clients)[] s_databases =
    [
        ("steady", [new("churner", "--pause 100"), new("reader", "--longest 200"), new("checkpointer", "--longest 2000 --busy-timeout 20")]),
        ("bursts", [new("churner", "--pause 500 --burst 1500"), new("churner", "--pause 150 --autocheckpoint 50")]),
        ("rare", [new("churner", "--pause 8000")]),
    ];

    /// <summary>Runs for some minutes, samples each, and says what grows.</summary>
    /// <returns>0 if nothing does, and all restores.</returns>
    public static async Task<int> RunAsync(TimeSpan duration)
    {
        var time = new FastTime(Speed);
        var environment = new EngineEnvironment { Time = time };
        var folder = RunFolder.Create("soak");
        var replications = new List<SoakReplication>();
        var samples = new List<SoakSample>();
        var fleets = new List<ClientFleet>();
        foreach (var (name, clients) in s_databases)
        {
            var database = Path.Combine(Path.GetDirectoryName(folder.Database)!, $"{name}.db");
            await TestDatabase.CreateAsync(database, RunPlan.Draw(1) with { PageSize = 4096, InitialRows = 300 });
            replications.Add(new(OptionsFor(database, time), Path.Combine(folder.Root, $"replica-{name}"), environment));
            await replications[^1].SyncAsync();
            fleets.Add(new(database, clients, 1, new()));
        }

        await Task.WhenAll(fleets.Select(f => f.ReadyAsync()));
        Console.WriteLine($"{duration.TotalMinutes:f0} minutes, {time.In(duration).TotalDays:f0} days on the clock; a sample each minute, the least of some looks, memory after a full collection");
        Console.WriteLine(SoakSample.Head);
        for (var left = duration; left > TimeSpan.Zero; left -= s_interval)
        {
            await Task.Delay(s_interval);
            samples.Add(await SoakSample.TakeAsync(time, replications));
            Console.WriteLine(samples[^1]);
            foreach (var replication in replications) await RestoreAsync(replication, folder, time);
        }

        foreach (var fleet in fleets)
        {
            await fleet.StopAsync();
            await fleet.DisposeAsync();
        }

        var flat = PrintTrends(samples);
        foreach (var replication in replications) await EndAsync(replication, folder);
        folder.Delete();
        return flat ? 0 : 1;
    }

    private static ReplicationOptions OptionsFor(string database, FastTime time) => new()
    {
        DatabasePath = database,
        SyncInterval = time.In(TimeSpan.FromMilliseconds(300)),
        QuietInterval = time.In(TimeSpan.FromMilliseconds(20)),
        CaptureInterval = time.In(TimeSpan.FromMilliseconds(50)),
        PollInterval = time.In(TimeSpan.FromSeconds(1)),
        IdleAfter = time.In(TimeSpan.FromSeconds(2)),
        CheckpointQuietInterval = time.In(TimeSpan.FromSeconds(1)),
        MaxIndexSize = 1 << 20,
        SnapshotInterval = TimeSpan.FromHours(6),
        Retention = s_retention,
        RetentionCheckInterval = TimeSpan.FromHours(1),
        ReplicaTimeout = time.In(TimeSpan.FromMinutes(1)),
        ShutdownTimeout = time.In(TimeSpan.FromMinutes(1)),
    };

    /// <summary>To a time of the last half of the window.</summary>
    private static async Task RestoreAsync(SoakReplication replication, RunFolder folder, FastTime time)
    {
        var target = Path.Combine(folder.Scratch("then"), "app.db");
        await EngineRestore.RunAsync(replication.Replica, target, new() { Timestamp = time.GetUtcNow() - s_retention * 0.5 * Random.Shared.NextDouble() });
        Directory.Delete(Path.GetDirectoryName(target)!, recursive: true);
    }

    /// <summary>What is left after a day of retention, a snapshot and a collection of the first objects is taken as the usual state.</summary>
    private static bool PrintTrends(List<SoakSample> samples)
    {
        var settled = samples.Skip(Math.Max(samples.Count / 4, 2)).ToList();
        if (settled.Count < 4)
        {
            Console.WriteLine("Too short for a verdict: it takes six minutes at least.");
            return false;
        }

        Trend[] trends =
        [
            Trend.Of("resident", settled, s => s.Resident, 0.05, 8 << 20),
            Trend.Of("managed", settled, s => s.Managed, 0.05, 512 << 10),
            Trend.Of("native", settled, s => s.Native, 0.05, 2 << 20),
            Trend.Of("handles", settled, s => s.Handles, 0, 6),
            Trend.Of("threads", settled, s => s.Threads, 0, 6),
            Trend.Of("metadata", settled, s => s.Metadata, 0.2, 1 << 20),
            Trend.Of("metadata files", settled, s => s.MetadataFiles, 0.2, 8),
            Trend.Of("replica", settled, s => s.Replica, 0.1, 1 << 20),
            Trend.Of("objects", settled, s => s.ReplicaFiles, 0.1, 20),
        ];
        Console.WriteLine($"least squares over the last {settled.Count} samples; growth over all of them against the larger of a share of the mean and a least:");
        foreach (var trend in trends) Console.WriteLine(trend);
        var flat = trends.All(t => t.IsFlat);
        Console.WriteLine(flat ? "verdict: flat" : "verdict: NOT flat");
        return flat;
    }

    private static async Task EndAsync(SoakReplication replication, RunFolder folder)
    {
        await using (replication)
        {
            await replication.SyncAsync();
            await replication.StopAsync();
        }

        var scratch = folder.Scratch("end");
        var image = SourceImage.Take(replication.Database, scratch);
        await EngineRestore.RunAsync(replication.Replica, Path.Combine(scratch, "ours.db"));
        PageComparison.Expect(image, Path.Combine(scratch, "ours.db"), "What our restore restored");
        if (Oracle.Find() is { } oracle)
        {
            await oracle.RestoreAsync(replication.Replica, Path.Combine(scratch, "oracle.db"));
            PageComparison.Expect(image, Path.Combine(scratch, "oracle.db"), "What Litestream 0.3.13 restored");
        }

        var counts = new[] { ReplicationEventKind.SnapshotShipped, ReplicationEventKind.RetentionApplied, ReplicationEventKind.GenerationStarted }
            .Select(k => $"{k} {replication.Count(k)}");
        Console.WriteLine($"{Path.GetFileName(replication.Database)}: {string.Join(", ", counts)}; last trouble: {replication.Trouble ?? "none"}; restored by both as it is");
    }
}
