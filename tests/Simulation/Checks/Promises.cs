using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Simulation.Machines;
using Litestream.Simulation.Stores;

namespace Litestream.Simulation.Checks;

/// <summary>What is promised of a replica, held against what was committed.</summary>
/// <param name="machine">Where it lies.</param>
/// <param name="replica">The replica.</param>
/// <param name="scenario">Page size and window.</param>
/// <param name="states">What was committed.</param>
internal sealed class Promises(Machine machine, SimulatedReplica replica, Scenario scenario, CommittedStates states)
{
    private readonly ReplicaCheck _check = new(machine, replica, scenario.PageSize);
    private readonly List<(DateTimeOffset Time, ulong Hash)> _verified = [];

    /// <summary>The latest state is at least what was confirmed.</summary>
    public void CheckConfirmed()
    {
        if (replica.Confirmed < 0) return;
        var state = StateOf(new());
        if (state < replica.Confirmed)
            throw new SimulationFailedException($"The replica {replica.Path} restores state {state}, and {replica.Confirmed} was confirmed. It holds {Content()}.");
    }

    /// <summary>All that is committed now is there, the former generations are too, and so is each time inside the window.</summary>
    public void CheckAll()
    {
        replica.Confirmed = states.Present;
        CheckConfirmed();
        CheckGenerations();
        CheckWindow();
        Note();
    }

    /// <summary>All that is committed now is there, and of the rest some.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="all">Whether each time inside the window is tried.</param>
    public void CheckSome(Random random, bool all)
    {
        replica.Confirmed = states.Present;
        CheckConfirmed();
        var generations = _check.Generations();
        CheckGeneration(generations[random.Next(generations.Count)], random);
        var inWindow = _verified.Where(v => v.Time >= CutOff).ToList();
        if (all) inWindow.ForEach(CheckTime);
        else if (inWindow.Count > 0) CheckTime(inWindow[random.Next(inWindow.Count)]);
    }

    /// <summary>Notes that the replica holds what is committed now.</summary>
    public void Note() => _verified.Add((machine.Clock.GetUtcNow(), states.PresentHash));

    /// <summary>The same promises of a fork.</summary>
    public Promises Fork(Machine other, SimulatedReplica itsReplica, CommittedStates itsStates)
    {
        var fork = new Promises(other, itsReplica, scenario, itsStates);
        fork._verified.AddRange(_verified);
        return fork;
    }

    private DateTimeOffset CutOff => machine.Clock.GetUtcNow() - scenario.Options.Retention!.Value;

    private void CheckWindow()
    {
        foreach (var verified in _verified.Where(v => v.Time >= CutOff)) CheckTime(verified);
    }

    private void CheckTime((DateTimeOffset Time, ulong Hash) verified)
    {
        RestoreRequest request = new() { Timestamp = verified.Time };
        StateOf(request, out var hash);
        if (hash != verified.Hash) throw new SimulationFailedException($"The replica {replica.Path} restores another state than that of {verified.Time:O}. It holds {Content()}.");
    }

    private void CheckGenerations()
    {
        foreach (var generation in _check.Generations().TakeLast(3))
        {
            StateOf(new() { Generation = generation.Id });
            CheckGeneration(generation, machine.Random);
        }
    }

    private void CheckGeneration(GenerationInfo generation, Random random)
    {
        var segments = generation.Segments.Where(s => s.Start.Index >= generation.Snapshots[0].Index).ToList();
        if (segments.Count == 0) return;
        var end = segments[random.Next(segments.Count)].Start;
        StateOf(new() { Generation = generation.Id, Index = end.Index, Offset = end.Offset });
    }

    private string Content() => string.Join("; ", _check.Generations().Select(g =>
        $"{g.Id} of {g.CreatedAt:O} to {g.UpdatedAt:O}, snapshots {string.Join(", ", g.Snapshots.Select(s => $"{s.Index} of {s.CreatedAt:O}"))}, {g.Segments.Count} segments"));

    private int StateOf(RestoreRequest request) => StateOf(request, out _);

    private int StateOf(RestoreRequest request, out ulong hash)
    {
        try
        {
            hash = _check.Restore(request);
            return states.Find(hash)
                ?? throw new SimulationFailedException($"The replica {replica.Path} restores what was never committed ({request}).");
        }
        catch (LitestreamException e)
        {
            throw new SimulationFailedException($"The replica {replica.Path} can't be restored ({request}): {e.Message}", e);
        }
    }
}
