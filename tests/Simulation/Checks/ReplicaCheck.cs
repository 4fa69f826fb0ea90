using System.Globalization;
using Litestream.Engine;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Simulation.Files;
using Litestream.Simulation.Machines;
using Litestream.Simulation.Stores;

namespace Litestream.Simulation.Checks;

/// <summary>Restores from the replica, as it lies there, with the real restorer.</summary>
internal sealed class ReplicaCheck
{
    private readonly Machine _machine;
    private readonly EngineEnvironment _environment;
    private readonly SimulatedReplica _replica;
    private readonly int _pageSize;
    private readonly SimulatedProcess _observer = new("observer", 0) { IsObserver = true };
    private int _count;

    public ReplicaCheck(Machine machine, SimulatedReplica replica, int pageSize)
    {
        _machine = machine;
        _pageSize = pageSize;
        _environment = new()
        {
            Files = new SimulatedFileSystem(machine, _observer),
            Time = machine.Clock,
            Random = new(1),
        };
        _replica = replica;
    }

    private IReplicaClient Client => field ??= _replica.Open(_machine, _observer, _environment.Files);

    /// <summary>The generations that can be restored, oldest first.</summary>
    public IReadOnlyList<GenerationInfo> Generations()
    {
        try
        {
            return [.. new ReplicaCatalog(Client).ListGenerationsAsync(default).ToBlockingEnumerable()
                .Where(g => g.Snapshots.Count > 0).OrderBy(g => g.UpdatedAt)];
        }
        catch (LitestreamException e) when (e.Code is ErrorCode.ReplicaNotFound)
        {
            return [];
        }
    }

    /// <summary>The state that a request restores.</summary>
    public ulong Restore(RestoreRequest request)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/restored{_replica.Path}/{++_count}.db");
        RestoreAsync(request, path).GetAwaiter().GetResult();
        var hash = PageHash.Of(_machine.Disk.FindFile(path)!.Content, _pageSize);
        _environment.Files.Delete(path);
        return hash;
    }

    // a fork runs in the middle of what runs on a scheduler of the simulation: nothing may wait for that one
    private async Task RestoreAsync(RestoreRequest request, string path)
    {
        var client = Client;
        var plan = await new RestorePlanner(client).PlanAsync(request, default).ConfigureAwait(false);
        await new Restorer(_environment).RestoreAsync(client, plan, path, new() { Parallelism = 1, Check = IntegrityCheckMode.None }, null, default).ConfigureAwait(false);
    }
}
