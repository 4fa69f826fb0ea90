using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Simulation.Checks;
using Litestream.Simulation.Machines;
using Litestream.Simulation.PlantedBugs;
using Litestream.Simulation.Stores;

namespace Litestream.Simulation.Replicators;

/// <summary>Whoever runs the replicator: starts it, stops and kills it, starts it again, and notes what it confirms.</summary>
/// <param name="machine">Where.</param>
/// <param name="scenario">How it is set.</param>
/// <param name="replicas">Where it replicates to.</param>
/// <param name="states">What is committed.</param>
/// <param name="bug">What is wrong with it.</param>
internal sealed class ReplicatorHost(
    Machine machine, Scenario scenario, IReadOnlyList<SimulatedReplica> replicas, CommittedStates states, PlantedBug bug) : IDisposable
{
    private Replicator? _replicator;
    private (Task Request, int State)? _sync;

    /// <summary>Why continuity could be lost, of which nobody is to be surprised.</summary>
    public required Func<bool> IsUndisturbed { get; init; }

    /// <summary>The present generation, and nothing when there is none.</summary>
    public string Present => _replicator?.Present ?? "";

    /// <summary>Turns of a running replicator.</summary>
    public int Threads => 2 + 2 * replicas.Count;

    /// <summary>Turns that bring what is committed to the replicas.</summary>
    public int BusyThreads => 2 + replicas.Count;

    /// <summary>Whether a replica was given up, and is not back yet.</summary>
    public bool LacksReplica => _replicator is { LacksOne: true };

    /// <summary>Whether it runs, and all replicas hold what it has captured.</summary>
    public bool HoldsAll => _replicator is { AreAllDrained: true };

    /// <summary>Gives one of the replicator's threads a turn.</summary>
    /// <param name="thread">Which.</param>
    /// <param name="mayStart">Whether it is started where it does not run.</param>
    public void Step(int thread, bool mayStart)
    {
        if (_replicator is { Process.IsDead: true }) Bury();
        if (_replicator is null)
        {
            if (mayStart && thread == 0) Start();
            return;
        }

        var replicator = _replicator;
        machine.Run(replicator.Process, () => replicator.Step(thread), () => { });
        if (replicator.TakeLoss() is { } reason && IsUndisturbed())
            throw new SimulationFailedException($"Nothing had happened, and yet: {reason}");
        if (replicator.Process.IsDead) return;
        NoteConfirmed(replicator);
        if (replicator is { HasFinished: true, IsOnStack: false }) Exit(replicator);
    }

    /// <summary>Asks for what is committed now to be captured; what is confirmed then is noted.</summary>
    public void RequestSync()
    {
        if (_sync is null && _replicator is { } replicator) _sync = (replicator.RequestSync(), states.Present);
    }

    /// <summary>Forgets what was asked for.</summary>
    public void ForgetSync() => (_sync, IsSynchronized) = (null, false);

    /// <summary>Whether a sync that was asked for has come to its end since one was forgotten.</summary>
    public bool IsSynchronized { get; private set; }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _replicator is not null;

    /// <summary>A step towards a sync of all replicas.</summary>
    /// <param name="step">Number of the step.</param>
    /// <returns>Whether that is done.</returns>
    public bool Synchronize(int step)
    {
        IsSynchronized = false;
        Step(step % BusyThreads, mayStart: true);
        if (IsSynchronized) return true;
        RequestSync();
        return false;
    }

    /// <summary>Ends it from outside.</summary>
    public void Kill()
    {
        if (_replicator is not { Process.IsDead: false } replicator) return;
        Leave(replicator.Process);
        Bury();
    }

    /// <summary>Asks it to end in order.</summary>
    public void Stop() => _replicator?.Stop();

    public void Dispose()
    {
        if (_replicator is not { } replicator) return;
        machine.Kill(replicator.Process);
        machine.Run(replicator.Process, () => { }, replicator.Dispose);
        _replicator = null;
    }

    private void NoteConfirmed(Replicator replicator)
    {
        if (_sync is not { Request.IsCompletedSuccessfully: true } sync) return;
        for (var number = 0; number < replicas.Count; number++)
        {
            if (!replicator.IsDrained(number) || replicas[number].Confirmed >= sync.State) continue;
            replicas[number].Confirmed = sync.State;
            machine.Trace.Note($"confirmed {sync.State} of {states.Present} on {replicas[number].Path} with {replicator.Present}");
        }

        if (!replicator.AreAllDrained) return;
        _sync = null;
        IsSynchronized = true;
    }

    private void Start()
    {
        var process = machine.Start("replicator");
        machine.Run(process, () =>
        {
            try
            {
                _replicator = new(machine, process, scenario.Options, replicas, bug);
            }
            catch (Exception e) when (!process.IsDead && (e is LitestreamException || FileErrors.IsFileError(e)))
            {
                // the start has failed; somebody tries again
                machine.Trace.Note("start failed");
            }
        }, () => { });
        if (_replicator?.Process != process && !process.IsDead) Leave(process);
    }

    private void Exit(Replicator replicator)
    {
        machine.Trace.Note("stopped");
        machine.Run(replicator.Process, replicator.Dispose, replicator.Dispose);
        machine.Processes.Remove(replicator.Process);
        Forget();
    }

    private void Leave(SimulatedProcess process)
    {
        machine.Kill(process);
        machine.Run(process, () => { }, () => { });
    }

    private void Bury()
    {
        var replicator = _replicator!;
        if (replicator.IsOnStack) return;
        machine.Run(replicator.Process, () => { }, replicator.Dispose);
        Forget();
    }

    private void Forget()
    {
        machine.Clock.Clear();
        _replicator = null;
        _sync = null;
    }
}
