using System.Diagnostics;
using Litestream.Stress.Clients;
using Litestream.Stress.Replicators;
using Litestream.Stress.Restores;
using Litestream.Workload.Ledgers;

namespace Litestream.Stress.Runs;

/// <summary>Everybody at once on one database: measured with and without replication, then roughly, then compared.</summary>
/// <param name="plan">What the seed decided.</param>
/// <param name="settings">What the command line decided.</param>
/// <param name="folder">The run's files.</param>
/// <param name="oracle">Litestream 0.3.13; null where it can't run.</param>
/// <param name="outcome">What is found.</param>
internal sealed class MixedRun(RunPlan plan, StressSettings settings, RunFolder folder, Oracle? oracle, RunOutcome outcome)
{
    private const int SettlingWriter = 99;
    private const int RoughChecks = 2;
    private bool _isDestroyed;
    private readonly Random _random = new(plan.Seed);
    private readonly Confirmations _confirmations = new();
    private readonly RestoreChecks _checks = new(folder, oracle, settings, outcome);

    public async Task ExecuteAsync()
    {
        if (plan.AloneFirst) await MeasureAloneAsync();
        await TestDatabase.CreateAsync(folder.Database, plan);
        await using (var replicator = RunReplicators.Create(plan, settings, folder, oracle))
        {
            try
            {
                await ReplicateAsync(replicator);
            }
            finally
            {
                outcome.Note(replicator.Events);
            }
        }

        if (!_isDestroyed) await CompareAsync();
        if (!plan.AloneFirst) await MeasureAloneAsync();
    }

    private async Task ReplicateAsync(IReplicator replicator)
    {
        await replicator.StartAsync();
        await replicator.SyncAsync();
        outcome.Replicated.Add(await MeasureAsync(folder.Database, _confirmations));
        await TreatRoughlyAsync(replicator);
        if (plan.Unlink != UnlinkKind.None) await UnlinkAsync();
        await SettleAsync();
        if (plan.Unlink == UnlinkKind.Both && IsSourceUnreadable())
        {
            // a checkpoint writes only pages whose newest frame it may: who deletes a WAL that is not wholly backfilled can leave a
            // file of fewer pages than its header says, which SQLite doesn't read, and nobody can replicate it
            outcome.Remarks.Add("The deletion destroyed the source: nothing is compared.");
            _isDestroyed = true;
            return;
        }

        await replicator.SyncAsync();
        await replicator.StopAsync();
    }

    private bool IsSourceUnreadable()
    {
        using var verify = ChildProcess.StartOwn("Workload.dll", ["verify", folder.Database]);
        verify.StandardOutput.ReadToEnd();
        verify.WaitForExit();
        return verify.ExitCode == 2;
    }

    private async Task MeasureAloneAsync()
    {
        var database = Path.Combine(folder.Scratch("alone"), "app.db");
        await TestDatabase.CreateAsync(database, plan);
        outcome.Alone.Add(await MeasureAsync(database, new()));
    }

    private async Task<FleetReport> MeasureAsync(string database, Confirmations confirmations)
    {
        await using var fleet = new ClientFleet(database, plan.Clients, plan.Seed, confirmations);
        await fleet.WorkAsync(settings.Load);
        return await fleet.StopAsync();
    }

    private async Task TreatRoughlyAsync(IReplicator replicator)
    {
        await using var fleet = new ClientFleet(folder.Database, plan.Clients, plan.Seed + 1000, _confirmations);
        await fleet.ReadyAsync();
        var started = Stopwatch.GetTimestamp();
        var checks = 0;
        while (Stopwatch.GetElapsedTime(started) < settings.Load)
        {
            await PauseAsync(200, 1200);
            if (plan.Restarts && _random.Next(2) == 0)
                await RestartAsync(replicator);
            else if (checks++ < RoughChecks)
                await RestoreMeanwhileAsync(replicator);
        }

        if (checks == 0) await RestoreMeanwhileAsync(replicator);
        outcome.Rough.Add(await fleet.StopAsync());
    }

    private async Task RestartAsync(IReplicator replicator)
    {
        await (_random.Next(2) == 0 ? replicator.KillAsync() : replicator.StopAsync());
        await PauseAsync(0, 700);
        await replicator.StartAsync();
        outcome.Restarts++;
    }

    private async Task RestoreMeanwhileAsync(IReplicator replicator)
    {
        var confirmed = _confirmations.Now();
        await replicator.SyncAsync();
        if (settings.Replicator == ReplicatorKind.Oracle) confirmed = confirmed.Clear(); // it can't be asked to sync
        await _checks.ExpectCommittedAsync(confirmed);
    }

    private async Task UnlinkAsync()
    {
        ClientSpec[] users = plan.Unlink == UnlinkKind.Both
            ? [new("reader", "--longest 60000"), new("writer", "--writer 31 --mode immediate --rate 50 --autocheckpoint 0")]
            : [new("reader", "--longest 60000"), new("reader", "--longest 100")];
        await using var fleet = new ClientFleet(folder.Database, users, plan.Seed + 2000, new());
        await fleet.ReadyAsync();
        await PauseAsync(100, 400);
        var files = plan.Unlink == UnlinkKind.Both ? "--wal --shm" : "--shm";
        await RunClientAsync(new("unlink", $"{files} --writer 32 --rounds 8 --autocheckpoint 20"));
        await PauseAsync(0, 500);

        // killed, not ended: a last close would checkpoint the deleted WAL over newer pages, and that is SQLite's loss
        await fleet.KillAsync();
        await RunClientAsync(new("writer", "--writer 33 --mode immediate,autocommit --rate 100 --autocheckpoint 20 --seconds 1"));
    }

    /// <summary>Commits a last time in good order, so that no ghost of a killed writer stands at the end of the WAL: without its
    /// wal-index SQLite takes that for a commit.</summary>
    private Task SettleAsync() => RunClientAsync(new("writer", $"--writer {SettlingWriter} --mode autocommit --rate 50 --seconds 0.3"));

    private async Task RunClientAsync(ClientSpec spec)
    {
        using var client = new ClientProcess(folder.Database, spec, plan.Seed + 3000, new());
        outcome.Rough.Add(await client.StopAsync());
    }

    private async Task CompareAsync()
    {
        outcome.Confirmed = _confirmations.Count;
        outcome.Census = ReplicaCensus.Take(folder.Replica);
        var image = await _checks.ExpectSourceAsync();
        var state = LedgerCheck.Run(image);
        if (plan.Unlink == UnlinkKind.None)
            RestoreChecks.ExpectSound(state, _confirmations.Now(), "The source");
        else if (!state.IsSound)
            outcome.Remarks.Add($"The source lost data to the deletion itself: {state.Problems[0]}");
    }

    private Task PauseAsync(int minimumMilliseconds, int maximumMilliseconds) =>
        Task.Delay(_random.Next(minimumMilliseconds, maximumMilliseconds + 1));
}
