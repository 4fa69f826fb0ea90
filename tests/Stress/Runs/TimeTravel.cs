using System.Globalization;
using Litestream.Engine;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Stress.Restores;
using Litestream.Workload.Ledgers;

namespace Litestream.Stress.Runs;

/// <summary>Restores each commit of a replica by index and offset, and each index with 0.3.13 too: all recorded states must come
/// by, in order.</summary>
/// <param name="folder">The run's files.</param>
/// <param name="oracle">Litestream 0.3.13; null where it can't run.</param>
/// <param name="states">What the script recorded.</param>
/// <param name="outcome">Counts.</param>
internal sealed class TimeTravel(RunFolder folder, Oracle? oracle, RecordedStates states, RunOutcome outcome)
{
    private const int OracleRestoresPerGeneration = 10;
    private int _reached = -1;

    public async Task CheckAsync()
    {
        await using var client = ReplicaClients.Open(folder.Replica, Environment.CurrentDirectory, new EngineEnvironment());
        var generations = new List<GenerationInfo>();
        await foreach (var generation in new ReplicaCatalog(client).ListGenerationsAsync(CancellationToken.None))
            generations.Add(generation);
        foreach (var generation in generations.OrderBy(g => g.CreatedAt)) await CheckAsync(generation, isOnly: generations.Count == 1);
        if (_reached != states.Last)
            throw new RunFailedException($"The replica ends at recorded state {_reached} of {states.Last}.");
    }

    private async Task CheckAsync(GenerationInfo generation, bool isOnly)
    {
        var scratch = folder.Scratch("travel");
        var target = Path.Combine(scratch, "commit.db");
        var lastOfIndex = new Dictionary<int, string>();
        foreach (var end in await CommitBoundaries.ReadAsync(folder.Replica, generation))
        {
            await EngineRestore.RunAsync(
                folder.Replica, target, new RestoreRequest { Generation = generation.Id, Index = end.Index, Offset = end.Offset });
            outcome.TimeTravels++;
            var digest = StateDigest.Compute(target);
            lastOfIndex[end.Index] = digest;
            var state = states.Find(digest, _reached)
                ?? throw new RunFailedException($"The commit at {generation.Id}/{end} is none of the recorded states from {_reached} on.");
            if (isOnly && _reached >= 0 && state > _reached + 1)
                throw new RunFailedException($"Commits are missing between recorded states {_reached} and {state}, before {generation.Id}/{end}.");
            _reached = state;
            File.Delete(target);
        }

        if (oracle is null) return;
        foreach (var (index, digest) in lastOfIndex.OrderBy(i => i.Key).TakeLast(OracleRestoresPerGeneration))
        {
            var restored = Path.Combine(scratch, $"oracle-{index}.db");
            await oracle.RestoreAsync(
                folder.Replica, restored,
                "-generation", generation.Id.ToString(), "-index", index.ToString("x8", CultureInfo.InvariantCulture));
            outcome.OracleRestores++;
            if (StateDigest.Compute(restored) != digest)
                throw new RunFailedException($"Index {index:x8} of {generation.Id} is another state to Litestream 0.3.13 than to us.");
        }
    }
}
