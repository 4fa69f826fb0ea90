using BenchmarkDotNet.Attributes;
using Litestream.Bench.Compare;
using Litestream.Bench.Machine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;

namespace Litestream.Bench.Micro;

/// <summary>A restore of a small database with some history, from the file system's cache.</summary>
public class ApplyBenchmarks
{
    private readonly string _folder = Directory.CreateTempSubdirectory("litestream-micro-").FullName;

    private string Replica => Path.Combine(_folder, "replica");

    private string Target => Path.Combine(_folder, "restored.db");

    /// <summary>Makes the replica.</summary>
    [GlobalSetup]
    public async Task PrepareAsync()
    {
        var database = Path.Combine(_folder, "app.db");
        Databases.CreateTypical(database, 16);
        await ReplicaWithHistory.MakeAsync(database, Replica, segments: 40, part: 40);
    }

    /// <summary>Removes it.</summary>
    [GlobalCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    /// <summary>Removes what the last one has restored.</summary>
    [IterationCleanup]
    public void RemoveTarget() => File.Delete(Target);

    /// <summary>Without a check.</summary>
    [Benchmark]
    public async Task<RestoreResult> Restore()
    {
        await using var client = ReplicaClients.Open(Replica, "/", new(), new());
        var plan = await new RestorePlanner(client).PlanAsync(new(), default);
        return await new Restorer(new()).RestoreAsync(client, plan, Target, new() { Check = IntegrityCheckMode.None }, null, default);
    }
}
