using Litestream.Simulation.Applications;
using Litestream.Simulation.Checks;
using Litestream.Simulation.Machines;
using Litestream.Simulation.PlantedBugs;
using Litestream.Simulation.Replicators;
using Litestream.Simulation.Stores;
using Litestream.Simulation.Vfs;

namespace Litestream.Simulation;

/// <summary>One seed: applications, replicator and store live through faults; after each, what was promised is checked.</summary>
internal sealed class SimulationRun : IDisposable
{
    private const int MaxDepth = 3;

    /// <summary>Steps of others within one step: those who wait for one that is interrupted wait in vain.</summary>
    private const int MaxInterruptions = 40;
    private const int StepsBeforeFault = 200;
    private const int PatientSyncSteps = 300;
    private const int MaxSyncSteps = 3000;

    private readonly Machine _machine;
    private readonly Scenario _scenario;
    private readonly CommittedStates _states;
    private readonly IReadOnlyList<SimulatedReplica> _replicas;
    private readonly IReadOnlyList<Promises> _promises;
    private readonly ReplicatorHost _replicator;
    private readonly InterruptedRestore _drill;
    private readonly List<Application> _applications = [];
    private int _depth;
    private int _interruptions;
    private int _deletions;
    private int _disturbances = -1;
    private bool _isQuiet;

    private SimulationRun(int seed, PlantedBug bug, TextWriter? log)
    {
        _machine = new(seed, log);
        _scenario = Scenario.Create(_machine.Random);
        _machine.IsPowersafeOverwrite = _scenario.IsPowersafeOverwrite;
        _states = new(_machine.Disk, Scenario.DatabasePath, _scenario.PageSize);
        _replicas = [.. Enumerable.Range(1, _scenario.Replicas).Select(number => new SimulatedReplica($"/replica-{number}"))];
        _promises = [.. _replicas.Select(replica => new Promises(_machine, replica, _scenario, _states))];
        _drill = new(_machine, _replicas[^1], _scenario.PageSize, _states);
        _replicator = new(_machine, _scenario, _replicas, _states, bug) { IsUndisturbed = () => _disturbances == Disturbances };
        _machine.Dying = _states.Observe;
        _machine.Preempt = Preempt;
        _machine.Linger = Linger;
        _machine.Ambush = () =>
        {
            if (_isQuiet || _depth >= MaxDepth) return;
            _interruptions = MaxInterruptions;
            Interrupt(Random.Next(4, 30));
        };
        _machine.PowerLost = LosePower;
    }

    /// <summary>Deaths, faults and deletions so far.</summary>
    private int Disturbances => _machine.Deaths + _machine.Faults.Faults + _deletions;

    private Random Random => _machine.Random;

    /// <summary>Lives through a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="bug">What is wrong with the engine in this run.</param>
    /// <param name="log">Is told every operation; null for nothing.</param>
    public static SeedResult Execute(int seed, PlantedBug bug = PlantedBug.None, TextWriter? log = null)
    {
        using var run = new SimulationRun(seed, bug, log);
        Machine.Present = run._machine;
        SimulatedVfs.Register();
        Exception? failure = null;
        try
        {
            run.Live();
        }
        catch (Exception e)
        {
            failure = e;
        }
        finally
        {
            run.Dispose();
            Machine.Present = null;
        }

        var machine = run._machine;
        return new(seed, machine.Faults.CrashPoints, machine.Faults.Faults, machine.Faults.Operations, machine.Trace.Hash, machine.Failure ?? failure);
    }

    private void Live()
    {
        SetUp();
        Verify();
        for (var episode = 0; episode < _scenario.Episodes; episode++)
        {
            if (_scenario.HasJanitor && Random.Next(2) == 0) CleanUp();
            FaultMixture.Arm(_machine);
            for (var step = Random.Next(StepsBeforeFault) + 20; step > 0; step--)
            {
                Turn();
                if (!_machine.Faults.IsArmed && Random.Next(10) == 0) break;
            }

            _machine.Faults.Disarm();
            Verify();
            if (Random.Next(3) == 0) Quietly(_drill.Run);
        }

        CheckSource();
    }

    private void SetUp()
    {
        _machine.Disk.CreateFolder("/data");
        foreach (var replica in _replicas) _machine.Disk.CreateFolder(replica.Path);
        _machine.Disk.CreateFolder("/restored");
        _machine.Disk.CreateFolder("/locks");
        var maker = _machine.Start("maker");
        _isQuiet = true;
        _machine.Run(maker, () =>
        {
            using var connection = Connection.Open(Scenario.DatabasePath, 0);
            connection.Execute($"PRAGMA page_size={_scenario.PageSize}");
            connection.Execute($"PRAGMA auto_vacuum={_scenario.AutoVacuum}");
            connection.Execute("PRAGMA journal_mode=wal");
            connection.Execute("CREATE TABLE ledger (writer INTEGER PRIMARY KEY, n INTEGER, pad BLOB)");
            connection.Execute("CREATE TABLE data (id INTEGER PRIMARY KEY, v BLOB)");
            for (var writer = 0; writer < _scenario.Writers.Count; writer++) connection.Execute("INSERT INTO ledger VALUES (?, 0, NULL)", writer);
            _states.Observe();
        }, () => { });
        _machine.Processes.Remove(maker);
        _isQuiet = false;
        _machine.Disk.Root.Flush();
        _machine.Disk.FindFolder("/data")!.Flush();

        for (var number = 0; number < _scenario.Writers.Count; number++)
            _applications.Add(new Writer(_machine, Scenario.DatabasePath, number, _scenario.Writers[number]));
        for (var number = 0; number < _scenario.Readers; number++) _applications.Add(new Reader(_machine, Scenario.DatabasePath, number));
        if (_scenario.HasCheckpointer) _applications.Add(new Checkpointer(_machine, Scenario.DatabasePath));
    }

    /// <summary>Somebody does a step.</summary>
    private void Turn()
    {
        if (_depth == 0)
        {
            _interruptions = MaxInterruptions;
            _machine.Clock.Advance(TimeSpan.FromMilliseconds(Random.Next(50) == 0 ? Random.Next(6000) : Random.Next(10)));
        }

        var who = Random.Next(_applications.Count + _replicator.Threads + 1);
        if (who < _applications.Count) _applications[who].Step();
        else if (who < _applications.Count + _replicator.Threads) _replicator.Step(who - _applications.Count, mayStart: _depth == 0);
        else Disturb();
        _states.Observe();
        ThrowIfFailed();
    }

    private void Disturb()
    {
        if (_depth > 0) return;
        var kind = Random.Next(40);
        if (kind == 0) _applications[Random.Next(_applications.Count)].Kill();
        if (kind == 1) _applications[Random.Next(_applications.Count)].Exit();
        if (kind == 3) _replicator.Kill();
        if (kind == 4) _replicator.Stop();
        if (kind == 7) Leave();
        if (kind is 5 or 6 && _scenario.AreReplicasAway)
        {
            var replica = _replicas[Random.Next(_replicas.Count)];
            replica.IsAway = !replica.IsAway;
        }

        if (kind < 20) _replicator.RequestSync();
    }

    /// <summary>All applications end, and stay away for so long that nobody has the database open but we.</summary>
    private void Leave()
    {
        var back = TimeSpan.FromMilliseconds(Random.Next(500, 12_000));
        foreach (var application in _applications)
        {
            application.Exit();
            application.StayAway(back);
        }
    }

    /// <summary>All applications end, the WAL is wholly backfilled, and somebody deletes it with its index.</summary>
    private void CleanUp()
    {
        _isQuiet = true;
        foreach (var application in _applications) application.Exit();
        var cleaner = _machine.Start("cleaner");
        var isComplete = false;
        _machine.Run(cleaner, () =>
        {
            using var connection = Connection.Open(Scenario.DatabasePath, 0);
            connection.Checkpoint(0);
            isComplete = connection.IsBackfilled();
        }, () => { });
        _machine.Processes.Remove(cleaner);
        _isQuiet = false;
        _states.Observe();
        if (!isComplete) return;
        _machine.Trace.Note("unlink");
        _deletions++;
        _machine.Disk.Delete(Scenario.DatabasePath + "-wal");
        _machine.Disk.Delete(Scenario.DatabasePath + "-shm");
        _machine.Disk.FindFolder("/data")!.Flush();
        _states.Forget();
        // by the time the replicator looks again, whole lives of another WAL may have passed
        if (Random.Next(2) == 0)
            for (var steps = Random.Next(200); steps > 0; steps--) TurnApplication();
    }

    private void TurnApplication()
    {
        _machine.Clock.Advance(TimeSpan.FromMilliseconds(Random.Next(10)));
        _applications[Random.Next(_applications.Count)].Step();
        _states.Observe();
        ThrowIfFailed();
    }

    private void LosePower()
    {
        _states.Forget();
        foreach (var writer in _applications.OfType<Writer>()) writer.LosePower();
    }

    /// <summary>Others go on in the middle of somebody's operation.</summary>
    private void Preempt(Operation operation, string target)
    {
        _states.Witness(operation, target);
        if (_isQuiet || _depth >= MaxDepth || _interruptions <= 0 || _machine.Failure is not null) return;
        var chance = operation switch
        {
            // who waits in the middle of another's operation waits in vain
            Operation.Sleep => _depth == 0 ? 300 : 0,
            Operation.Barrier => _scenario.Preemption * 4,
            Operation.Write or Operation.LockMemory or Operation.Unlock or Operation.Flush => _scenario.Preemption * 2,
            _ => _scenario.Preemption,
        };
        if (Random.Next(1000) >= chance) return;
        Interrupt(Random.Next(1, Random.Next(2, 24)));
    }

    private void Linger()
    {
        if (!_isQuiet && _depth < MaxDepth && _interruptions > 0 && _machine.Failure is null) Interrupt(Random.Next(1, 40));
    }

    private void Interrupt(int turns)
    {
        _depth++;
        _states.Observe();
        for (; turns > 0 && _interruptions-- > 0; turns--) Turn();
        _depth--;
    }

    /// <summary>What was confirmed is on the replicas; after a start and a sync all that is committed is.</summary>
    private void Verify() => Quietly(() =>
    {
        _states.Observe();
        foreach (var promises in _promises) promises.CheckConfirmed();
        foreach (var replica in _replicas) replica.IsAway = false;
        _replicator.ForgetSync();
        for (var step = 0; !_replicator.Synchronize(step); step++)
        {
            if (step > MaxSyncSteps) throw new SimulationFailedException("A sync does not come to an end.");
            // a transaction that lasts may keep everybody from repairing a wal-index that somebody died over
            if (step == PatientSyncSteps) foreach (var application in _applications) application.Exit();
            // who is given up again and again rests for minutes
            _machine.Clock.Advance(TimeSpan.FromMilliseconds(_replicator.LacksReplica && step > PatientSyncSteps ? 1000 : 10));
            ThrowIfFailed();
        }

        _states.Observe();
        _disturbances = Disturbances;
        _machine.Trace.Note($"verified {_states.Present} with {_replicator.Present}");
        foreach (var promises in _promises) promises.CheckAll();
    });

    /// <summary>Nobody gets a turn in the middle of somebody's operation.</summary>
    private void Quietly(Action action)
    {
        _isQuiet = true;
        action();
        ThrowIfFailed();
        _isQuiet = false;
    }

    private void CheckSource()
    {
        var auditor = _machine.Start("auditor");
        _isQuiet = true;
        _machine.Run(auditor, () =>
        {
            using var connection = Connection.Open(Scenario.DatabasePath, 0);
            var answer = connection.Execute("PRAGMA integrity_check");
            if (answer != "ok") throw new SimulationFailedException($"The source is damaged: {answer}");
        }, () => { });
    }

    private void ThrowIfFailed()
    {
        if (_machine.Failure is { } failure) throw new SimulationFailedException(failure.Message, failure);
    }

    /// <summary>All processes end.</summary>
    public void Dispose()
    {
        _isQuiet = true;
        foreach (var application in _applications) application.Kill();
        _applications.Clear();
        _replicator.Dispose();
    }
}
