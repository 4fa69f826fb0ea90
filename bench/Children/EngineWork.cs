using System.Runtime.InteropServices;
using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;

namespace Litestream.Bench.Children;

/// <summary>Work of our engine, in a process of its own.</summary>
internal static class EngineWork
{
    /// <summary>Replicates databases until standard input ends: one to the folder itself, more of them each to a folder in it.</summary>
    public static Task<int> ReplicateAsync(string replicas, string[] databases) => ReplicateAsync(databases.Select(database =>
        (database, ReplicaClients.Open(databases.Length == 1 ? replicas : Path.Combine(replicas, Path.GetFileName(database)), "/", new(), new()))));

    /// <summary>Replicates a database to S3 until standard input ends.</summary>
    public static Task<int> ReplicateToS3Async(string database, string url, S3Settings settings) =>
        ReplicateAsync([(database, ReplicaClients.Open(url, "/", new(), settings))]);

    /// <summary>Restores the latest state.</summary>
    public static async Task<int> RestoreAsync(string replica, string target, string check)
    {
        await using var client = ReplicaClients.Open(replica, "/", new(), new());
        var plan = await new RestorePlanner(client).PlanAsync(new(), default);
        var options = new RestoreOptions { Check = check == "none" ? IntegrityCheckMode.None : IntegrityCheckMode.Quick };
        await new Restorer(new()).RestoreAsync(client, plan, target, options, null, default);
        return 0;
    }

    private static async Task<int> ReplicateAsync(IEnumerable<(string Database, IReplicaClient Replica)> works)
    {
        using var stop = new CancellationTokenSource();
        // the other system ends by it, this one when standard input does
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        var running = works.Select(w => ReplicateAsync(w.Database, w.Replica, stop.Token)).ToList();
        await Console.In.ReadToEndAsync(CancellationToken.None);
        await stop.CancelAsync();
        await Task.WhenAll(running);
        return 0;
    }

    private static async Task ReplicateAsync(string database, IReplicaClient replica, CancellationToken stop)
    {
        await using var replicator = new DatabaseReplicator(
            new() { DatabasePath = database, ShutdownTimeout = TimeSpan.FromMinutes(10) }, [replica], new EngineEnvironment());
        await Task.Run(() => replicator.RunAsync(stop), CancellationToken.None);
    }
}
