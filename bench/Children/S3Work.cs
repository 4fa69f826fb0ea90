using System.Globalization;
using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Engine.Verification;

namespace Litestream.Bench.Children;

/// <summary>One piece of work in a process of its own, so that its peak of memory is its own: prints it in KiB.</summary>
internal static class S3Work
{
    public static async Task<int> RunAsync(string[] args)
    {
        var settings = new S3Settings { Endpoint = new(args[3]), Region = "us-east-1", Credential = new(args[4], args[5]) };
        await using var client = ReplicaClients.Open(args[2], "/", new(), settings);
        await (args[0] switch
        {
            "upload" => UploadAsync(client, args[1]),
            "verify" => VerifyAsync(client),
            "restore" => RestoreAsync(client, args[1]),
            _ => Task.CompletedTask, // what a process with the store's client costs that does nothing
        });
        Console.WriteLine(Peak());
        return 0;
    }

    private static async Task UploadAsync(IReplicaClient client, string database)
    {
        using var stop = new CancellationTokenSource();
        await using var replicator = new DatabaseReplicator(
            new() { DatabasePath = database, MetadataPath = database + "-metadata", ShutdownTimeout = TimeSpan.FromMinutes(10) }, [client], new EngineEnvironment());
        var running = Task.Run(() => replicator.RunAsync(stop.Token));
        await replicator.SyncAsync(default);
        await stop.CancelAsync();
        await running;
    }

    private static async Task VerifyAsync(IReplicaClient client)
    {
        await foreach (var generation in new ReplicaCatalog(client).ListGenerationsAsync(default))
        {
            var found = await new ReplicaVerifier(client, new()).VerifyAsync(generation, end: null, samplePercent: 100, progress: null, default);
            if (found is not { Passed: true }) throw new InvalidOperationException($"{generation.Id} is damaged");
        }
    }

    private static async Task RestoreAsync(IReplicaClient client, string target)
    {
        var plan = await new RestorePlanner(client).PlanAsync(new(), default);
        await new Restorer(new()).RestoreAsync(client, plan, target, new(), null, default);
    }

    /// <summary>The largest resident set so far, in KiB.</summary>
    private static long Peak() => long.Parse(
        File.ReadLines("/proc/self/status").Single(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
