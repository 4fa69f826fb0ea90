using Litestream.Engine.Errors;
using Litestream.Engine.Restore;
using Litestream.Simulation.Applications;
using Litestream.Simulation.Checks;
using Litestream.Simulation.Machines;
using Litestream.Simulation.PlantedBugs;
using Litestream.Simulation.Replicators;
using Litestream.Simulation.Stores;
using Litestream.Simulation.Vfs;

namespace Litestream.Simulation.StoreFaults;

/// <summary>
/// The reference run of an S3 store, at one request of which something goes wrong: a database is replicated, snapshots are taken, old things go, the replicator dies
/// and begins again, the latest state is restored.
/// </summary>
internal sealed class StoreFaultRun : IDisposable
{
    private const int ScenarioSeed = 5;
    private const int Rounds = 4;
    private const int KeysOfPage = 3;
    private const int MaxSyncSteps = 3000;
    private const string RestoredPath = "/restored/new/app.db";
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(900);

    private readonly Machine _machine = new(ScenarioSeed, null);
    private readonly Scenario _scenario;
    private readonly CommittedStates _states;
    private readonly SimulatedReplica _replica;
    private readonly Promises _promises;
    private readonly ReplicatorHost _replicator;
    private readonly SimulatedProcess _application;
    private Connection? _connection;
    private LitestreamException? _refused;

    private StoreFaultRun(StoreFaultPlan plan)
    {
        var small = Scenario.CreateSmall(_machine.Random);
        _scenario = small with
        {
            Options = small.Options with
            {
                MaxSegmentsPerIndex = 3,
                SnapshotInterval = TimeSpan.FromMilliseconds(800),
                Retention = TimeSpan.FromMilliseconds(1500),
                IdleAfter = TimeSpan.Zero,
            },
        };
        _states = new(_machine.Disk, Scenario.DatabasePath, _scenario.PageSize);
        _replica = new("/replica-1") { Bucket = new() { Faults = plan, PageSize = KeysOfPage } };
        _promises = new(_machine, _replica, _scenario, _states);
        _replicator = new(_machine, _scenario, [_replica], _states, PlantedBug.None) { IsUndisturbed = () => false };
        _application = _machine.Start("application");
        _machine.Dying = _states.Observe;
        _machine.Preempt = _states.Witness;
    }

    /// <summary>Lives through it.</summary>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="request">At which request, from 0; -1 for none.</param>
    public static StoreFaultResult Execute(StoreFault fault, int request)
    {
        var plan = new StoreFaultPlan(fault, request);
        using var run = new StoreFaultRun(plan);
        Machine.Present = run._machine;
        SimulatedVfs.Register();
        try
        {
            run.Live();
            return new(fault, request, plan.Calls, run.WasTold ? StoreFaultOutcome.WasTold : StoreFaultOutcome.WentOn, null);
        }
        catch (Exception e)
        {
            return new(fault, request, plan.Calls, StoreFaultOutcome.Failed, run._machine.Failure ?? e);
        }
        finally
        {
            run.Dispose();
            Machine.Present = null;
        }
    }

    /// <summary>All processes end.</summary>
    public void Dispose()
    {
        _replicator.Dispose();
        _machine.Kill(_application);
        _machine.Run(_application, () => { }, () => _connection?.Dispose());
        _connection = null;
    }

    private bool WasTold => _refused is not null || _machine.Trace.Refusals.Count > 0;

    private void Live()
    {
        foreach (var folder in new[] { "/data", "/restored/new", "/locks" }) _machine.Disk.CreateFolder(folder);
        _machine.Run(_application, Make, () => { });
        for (var round = 0; round < Rounds; round++)
        {
            for (var commits = 0; commits < 3; commits++)
            {
                _machine.Run(_application, () => Commit(round), () => { });
                Synchronize();
            }

            _promises.Note();
            _machine.Clock.Advance(s_round);
            for (var turn = 0; turn < 2 * _replicator.Threads; turn++) _replicator.Step(turn % _replicator.Threads, mayStart: true);
            if (round == Rounds / 2) _replicator.Kill();
        }

        Synchronize();
        new SimulatedRestore(_machine, _replica).TryRun(RestoredPath, ExistingDatabase.Refuse, out _refused);
        if (_refused is not null) new SimulatedRestore(_machine, _replica).Run(RestoredPath);
        if (_states.FindContent(_machine.Disk.FindFile(RestoredPath)!.Content) != _states.Present)
            throw new SimulationFailedException("The restored database is not the latest one.");
        _promises.CheckSome(_machine.Random, all: true);
        Look();
    }

    private void Make()
    {
        _connection = Connection.Open(Scenario.DatabasePath, 0);
        _connection.Execute("PRAGMA page_size=512");
        _connection.Execute("PRAGMA journal_mode=wal");
        _connection.Execute("CREATE TABLE data (id INTEGER PRIMARY KEY, v BLOB)");
    }

    private void Commit(int round)
    {
        _connection!.Execute("INSERT INTO data VALUES (NULL, randomblob(300))");
        if (round == 1) _connection.Execute("UPDATE data SET v = randomblob(200)");
        _states.Observe();
    }

    private void Synchronize()
    {
        _replicator.ForgetSync();
        for (var step = 0; !_replicator.Synchronize(step); step++)
        {
            if (step > MaxSyncSteps) throw new SimulationFailedException("A sync does not come to an end.");
            _machine.Clock.Advance(TimeSpan.FromMilliseconds(10));
            Look();
        }

        _promises.CheckConfirmed();
    }

    private void Look()
    {
        _states.Observe();
        if (_machine.Failure is { } failure) throw new SimulationFailedException(failure.Message, failure);
        if (_machine.Trace.Refusals.FirstOrDefault(r => r is not LitestreamException and not Engine.Capture.ContinuityLostException) is { } nameless)
            throw new SimulationFailedException($"Somebody was told by an error without a name: {nameless.Message}", nameless);
    }
}
