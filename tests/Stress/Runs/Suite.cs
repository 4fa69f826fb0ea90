using System.Diagnostics;
using Litestream.Stress.Clients;
using Litestream.Stress.Replicators;
using Litestream.Stress.Reports;
using Litestream.Stress.Restores;

namespace Litestream.Stress.Runs;

/// <summary>The seeded runs, one after the other; every fifth seed travels through time.</summary>
/// <param name="settings">What the command line decided.</param>
internal sealed class Suite(StressSettings settings)
{
    private const int ScriptEvery = 5;
    private readonly FleetReport _alone = new();
    private readonly FleetReport _replicated = new();
    private readonly FleetReport _aloneDefaults = new();
    private readonly FleetReport _replicatedDefaults = new();
    private readonly FleetReport _rough = new();

    /// <summary>Runs all.</summary>
    /// <returns>How many failed.</returns>
    public async Task<int> ExecuteAsync()
    {
        var oracle = Oracle.Find();
        int failures = 0, oracleRestores = 0, engineRestores = 0, travels = 0;
        for (var number = 1; number <= settings.Runs; number++)
        {
            var plan = RunPlan.Draw(settings.Seed + number - 1);
            if (settings.Replicator == ReplicatorKind.Oracle) plan = plan with { Unlink = UnlinkKind.None };
            var outcome = await ExecuteAsync(number, plan, oracle);
            if (outcome.Failure is not null) failures++;
            oracleRestores += outcome.OracleRestores;
            engineRestores += outcome.EngineRestores;
            travels += outcome.TimeTravels;
            Add(plan, outcome);
        }

        LoadTable.Print("all loads, most of them with random settings of the replication:", _alone, _replicated);
        if (_replicatedDefaults.Commits > 0) LoadTable.Print("loads with default settings:", _aloneDefaults, _replicatedDefaults);
        Console.WriteLine($"ghost commits of killed writers: {Ghosts(_replicated) + Ghosts(_rough)}");
        Console.WriteLine($"restores: ours {engineRestores}, commit by commit {travels}");
        Console.WriteLine(oracle is null ? "oracle: can't run here, skipped" : $"oracle restores: {oracleRestores}");
        Console.WriteLine($"runs {settings.Runs}, failures {failures}");
        return failures;
    }

    private static long Ghosts(FleetReport report) => report.Counters.GetValueOrDefault("ghosts");

    private async Task<RunOutcome> ExecuteAsync(int number, RunPlan plan, Oracle? oracle)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = RunFolder.Create($"{plan.Seed}");
        var outcome = new RunOutcome();
        try
        {
            await (plan.Seed % ScriptEvery == 0
                ? new ScriptRun(plan, settings, folder, oracle, outcome).ExecuteAsync()
                : new MixedRun(plan, settings, folder, oracle, outcome).ExecuteAsync());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // whatever it is, the run has failed, and the next one shall show whether it does so too
            outcome.Failure = $"{(e is RunFailedException ? e.Message : e)} Kept: {folder.Root}; again: --runs 1 --seed {plan.Seed}";
        }

        RunPrinter.Print(number, plan, outcome, Stopwatch.GetElapsedTime(started));
        if (outcome.Failure is null && !settings.KeepAll) folder.Delete();
        return outcome;
    }

    private void Add(RunPlan plan, RunOutcome outcome)
    {
        _rough.Add(outcome.Rough);
        if (outcome.Failure is not null) return; // half a comparison is none
        _alone.Add(outcome.Alone);
        _replicated.Add(outcome.Replicated);
        if (!plan.DefaultOptions) return;
        _aloneDefaults.Add(outcome.Alone);
        _replicatedDefaults.Add(outcome.Replicated);
    }
}
