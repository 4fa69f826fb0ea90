using Litestream.Stress.Clients;
using Litestream.Stress.Replicators;
using Litestream.Stress.Restores;

namespace Litestream.Stress.Runs;

/// <summary>One writer whose every state is recorded, beside readers and foreign checkpoints; then each commit of the replica is
/// restored and looked up.</summary>
/// <param name="plan">What the seed decided.</param>
/// <param name="settings">What the command line decided.</param>
/// <param name="folder">The run's files.</param>
/// <param name="oracle">Litestream 0.3.13; null where it can't run.</param>
/// <param name="outcome">What is found.</param>
internal sealed class ScriptRun(RunPlan plan, StressSettings settings, RunFolder folder, Oracle? oracle, RunOutcome outcome)
{
    private const int Commits = 100;

    public async Task ExecuteAsync()
    {
        var states = Path.Combine(folder.Root, "states");
        var confirmations = new Confirmations();
        await TestDatabase.CreateAsync(folder.Database, plan);
        await using (var replicator = RunReplicators.Create(plan, settings, folder, oracle))
        {
            try
            {
                await ReplicateAsync(replicator, states, confirmations);
            }
            finally
            {
                outcome.Note(replicator.Events);
            }
        }

        outcome.Confirmed = confirmations.Count;
        outcome.Census = ReplicaCensus.Take(folder.Replica);
        await new RestoreChecks(folder, oracle, settings, outcome).ExpectSourceAsync();
        if (settings.EngineRestores) await new TimeTravel(folder, oracle, await RecordedStates.ReadAsync(states), outcome).CheckAsync();
    }

    private async Task ReplicateAsync(IReplicator replicator, string states, Confirmations confirmations)
    {
        await replicator.StartAsync();
        await replicator.SyncAsync();
        ClientSpec[] others = [new("reader", "--longest 200"), new("checkpointer", "--longest 300 --busy-timeout 20")];
        await using (var fleet = new ClientFleet(folder.Database, others, plan.Seed, confirmations))
        {
            var script = new ClientSpec("script", $"--states {states} --commits {Commits} --longest 20 --autocheckpoint 20");
            using var client = new ClientProcess(folder.Database, script, plan.Seed, confirmations);
            outcome.Rough.Add(await client.StopAsync());
            outcome.Rough.Add(await fleet.StopAsync());
        }

        await replicator.SyncAsync();
        await replicator.StopAsync();
    }
}
