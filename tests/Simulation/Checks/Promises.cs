using Litestream.Engine.Errors;
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
    private readonly ReplicaCheck _check = new(machine, replica.Path, scenario.PageSize);
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
        _verified.Add((machine.Clock.GetUtcNow(), states.PresentHash));
    }

    private void CheckWindow()
    {
        var cutOff = machine.Clock.GetUtcNow() - scenario.Options.Retention!.Value;
        foreach (var (time, hash) in _verified.Where(v => v.Time >= cutOff))
        {
            RestoreRequest request = new() { Timestamp = time };
            StateOf(request);
            if (_check.Restore(request) != hash) throw new SimulationFailedException($"The replica {replica.Path} restores another state than that of {time:O}. It holds {Content()}.");
        }
    }

    private void CheckGenerations()
    {
        foreach (var generation in _check.Generations().TakeLast(3))
        {
            StateOf(new() { Generation = generation.Id });
            var segments = generation.Segments.Where(s => s.Start.Index >= generation.Snapshots[0].Index).ToList();
            if (segments.Count == 0) continue;
            var end = segments[machine.Random.Next(segments.Count)].Start;
            StateOf(new() { Generation = generation.Id, Index = end.Index, Offset = end.Offset });
        }
    }

    private string Content() => string.Join("; ", _check.Generations().Select(g =>
        $"{g.Id} of {g.CreatedAt:O} to {g.UpdatedAt:O}, snapshots {string.Join(", ", g.Snapshots.Select(s => $"{s.Index} of {s.CreatedAt:O}"))}, {g.Segments.Count} segments"));

    private int StateOf(RestoreRequest request)
    {
        try
        {
            return states.Find(_check.Restore(request))
                ?? throw new SimulationFailedException($"The replica {replica.Path} restores what was never committed ({request}).");
        }
        catch (LitestreamException e)
        {
            throw new SimulationFailedException($"The replica {replica.Path} can't be restored ({request}): {e.Message}", e);
        }
    }
}
