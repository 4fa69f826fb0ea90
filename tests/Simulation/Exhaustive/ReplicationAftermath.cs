using Litestream.Simulation.Applications;
using Litestream.Simulation.Machines;
using Litestream.Simulation.PlantedBugs;
using Litestream.Simulation.Replicators;

namespace Litestream.Simulation.Exhaustive;

/// <summary>Nothing confirmed is missing from the replicas; a replicator that begins again brings them up to what is committed, also where the application has
/// gone on before; what they held before can still be restored.</summary>
internal sealed class ReplicationAftermath(Scenario scenario, PlantedBug bug) : IAftermath
{
    private const int MaxSteps = 2000;

    public void Check(Fork fork)
    {
        foreach (var promises in fork.Promises) promises.CheckConfirmed();
        var machine = fork.Machine;
        using var replicator = new ReplicatorHost(machine, scenario, fork.Replicas, fork.States, bug) { IsUndisturbed = () => false };
        var application = machine.Start("application");
        try
        {
            for (var step = machine.Random.Next(2) * machine.Random.Next(6); step > 0; step--) replicator.Step(step % replicator.BusyThreads, mayStart: true);
            Commit(fork, application);
            replicator.ForgetSync();
            for (var step = 0; !replicator.Synchronize(step); step++)
            {
                if (step > MaxSteps) throw new SimulationFailedException("A sync does not come to an end.");
                machine.Clock.Advance(TimeSpan.FromMilliseconds(10));
                if (machine.Failure is { } failure) throw new SimulationFailedException(failure.Message, failure);
            }
        }
        finally
        {
            machine.Kill(application);
            machine.Run(application, () => { }, () => _connection?.Dispose());
            _connection = null;
        }

        fork.States.Observe();
        foreach (var promises in fork.Promises) promises.CheckSome(machine.Random, fork.Point.Path == CrashPath.Retention);
        if (machine.Failure is { } late) throw new SimulationFailedException(late.Message, late);
    }

    private Connection? _connection;

    private void Commit(Fork fork, SimulatedProcess application)
    {
        fork.Machine.Run(application, () =>
        {
            _connection = Connection.Open(Scenario.DatabasePath, 0);
            _connection.Execute("UPDATE ledger SET n = n + 1 WHERE writer = 0");
            fork.States.Observe();
            if (fork.Machine.Random.Next(2) > 0) return;
            _connection.Dispose();
            _connection = null;
        }, () => { });
    }
}
