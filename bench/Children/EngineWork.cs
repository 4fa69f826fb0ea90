using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;

namespace Litestream.Bench.Children;

/// <summary>Work of our engine on folders, in a process of its own.</summary>
internal static class EngineWork
{
    /// <summary>Replicates databases until standard input ends: one to the folder itself, more of them each to a folder in it.</summary>
    public static async Task<int> ReplicateAsync(string replicas, string[] databases)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGINT, context => context.Cancel = true);
        var running = databases.Select(database => ReplicateAsync(
            database, databases.Length == 1 ? replicas : Path.Combine(replicas, Path.GetFileName(database)), stop.Token)).ToList();
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await Task.WhenAll(running);
        return 0;
    }

    /// <summary>Restores the latest state.</summary>
    public static async Task<int> RestoreAsync(string replica, string target, string check)
    {
        await using var client = ReplicaClients.Open(replica, "/", new(), new());
        var plan = await new RestorePlanner(client).PlanAsync(new(), default);
        var options = new RestoreOptions { Check = check == "none" ? IntegrityCheckMode.None : IntegrityCheckMode.Quick };
        await new Restorer(new()).RestoreAsync(client, plan, target, options, null, default);
        return 0;
    }

    private static async Task ReplicateAsync(string database, string replica, CancellationToken stop)
    {
        await using var replicator = new DatabaseReplicator(
            new() { DatabasePath = database, ShutdownTimeout = TimeSpan.FromMinutes(10) }, [ReplicaClients.Open(replica, "/", new(), new())], new EngineEnvironment());
        await Task.Run(() => replicator.RunAsync(stop), CancellationToken.None);
    }
}
