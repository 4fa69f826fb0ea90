using Litestream.Simulation.Checks;
using Litestream.Simulation.Machines;
using Litestream.Simulation.Stores;
using Litestream.Simulation.Vfs;

namespace Litestream.Simulation.Exhaustive;

/// <summary>A machine as another one is at an operation, with the replicas and what was promised of them. While it lasts it is the present machine; the
/// other one goes on behind it as if it had never been.</summary>
internal sealed class Fork : IDisposable
{
    private readonly Machine _origin;

    public Fork(Machine origin, IReadOnlyList<SimulatedReplica> replicas, IReadOnlyList<Promises> promises, CommittedStates states, CrashPoint point)
    {
        _origin = origin;
        Point = point;
        Machine = origin.Fork(point.Chance);
        States = states.Fork(Machine.Disk);
        Machine.Dying = States.Observe;
        Machine.PowerLost = States.Forget;
        Machine.Preempt = States.Witness;
        Replicas = [.. replicas.Select(r => r.Fork())];
        Promises = [.. promises.Zip(Replicas, (p, r) => p.Fork(Machine, r, States))];
        Machine.Present = Machine;
        SimulatedVfs.ForgetRandomness();
    }

    public CrashPoint Point { get; }

    public Machine Machine { get; }

    public CommittedStates States { get; }

    public IReadOnlyList<SimulatedReplica> Replicas { get; }

    public IReadOnlyList<Promises> Promises { get; }

    /// <summary>It crashes.</summary>
    public void Crash()
    {
        if (Point.Crash is Exhaustive.Crash.PowerLoss) Machine.LosePower(leavesNothing: true);
        else if (Point.Crash is Exhaustive.Crash.PowerLossInPart or Exhaustive.Crash.TornWriteAndPowerLoss) Machine.LosePower();
        else if (Point.Crash is Exhaustive.Crash.Process) Survivors.Place(_origin, Machine);
        else States.Forget();
    }

    public void Dispose()
    {
        foreach (var process in Machine.Processes.ToList()) Machine.Kill(process);
        Machine.Present = _origin;
        SimulatedVfs.ForgetRandomness();
    }
}
