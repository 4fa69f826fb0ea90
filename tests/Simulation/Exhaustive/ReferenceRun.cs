using Litestream.Engine.Restore;
using Litestream.Simulation.Applications;
using Litestream.Simulation.Checks;
using Litestream.Simulation.Machines;
using Litestream.Simulation.PlantedBugs;
using Litestream.Simulation.Replicators;
using Litestream.Simulation.Stores;
using Litestream.Simulation.Vfs;

namespace Litestream.Simulation.Exhaustive;

/// <summary>
/// A seed of a small world, lived through once; at each of its operations all crashes are tried on a fork of it: while applications write, it is replicated,
/// checkpointed, snapshotted and shipped, old things go, the replicator ends in all ways and begins again, and while a restore runs, one in place, and its undo.
/// </summary>
internal sealed class ReferenceRun : IDisposable
{
    private const int MaxSyncSteps = 2000;
    private const string RestoredPath = "/restored/new/app.db";
    private const string LivePath = "/live/app.db";

    private readonly Machine _machine;
    private readonly Scenario _scenario;
    private readonly CommittedStates _states;
    private readonly SimulatedReplica _replica;
    private readonly Promises _promises;
    private readonly ReplicatorHost _replicator;
    private readonly ReplicationAftermath _replication;
    private readonly CrashWatcher _watcher;
    private readonly List<Application> _applications = [];
    private bool _isSettled;

    private ReferenceRun(int seed, PlantedBug bug, PointTotals totals, long most, long? only, int every, Action<CrashPoint, Exception> failed, TextWriter? log)
    {
        _machine = new(seed, log);
        _scenario = Scenario.CreateSmall(Random);
        _machine.IsPowersafeOverwrite = _scenario.IsPowersafeOverwrite;
        _machine.ExchangesFiles = Random.Next(2) == 0;
        _states = new(_machine.Disk, Scenario.DatabasePath, _scenario.PageSize);
        _replica = new("/replica-1") { Bucket = seed % 3 == 0 ? new() : null };
        _promises = new(_machine, _replica, _scenario, _states);
        _replicator = new(_machine, _scenario, [_replica], _states, bug) { IsUndisturbed = () => false };
        _replication = new(_scenario, bug);
        _machine.Dying = _states.Observe;
        _machine.Preempt = _states.Witness;
        _machine.PowerLost = LosePower;
        _machine.Watcher = _watcher = new(seed, _machine, [_replica], [_promises], _states, totals) { Most = most, Only = only, Every = every, Failed = failed };
    }

    private Random Random => _machine.Random;

    private CrashPath SidePath => _replica.Bucket is null ? CrashPath.Shipping : CrashPath.S3Store;

    /// <summary>Lives through a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="totals">Are counted on.</param>
    /// <param name="failed">Is told of each broken promise.</param>
    /// <param name="most">Points in the totals at which it ends.</param>
    /// <param name="only">The only operation that is looked at; null for all.</param>
    /// <param name="bug">What is wrong with the engine.</param>
    /// <param name="log">Is told every operation, also of the forks; null for nothing.</param>
    /// <param name="every">Of the crashes of a path, each of this number is tried; 1 for all.</param>
    /// <returns>All that happened, but in the forks, as one number.</returns>
    public static ulong Execute(
        int seed, PointTotals totals, Action<CrashPoint, Exception> failed, long most = long.MaxValue, long? only = null, PlantedBug bug = PlantedBug.None,
        TextWriter? log = null, int every = 1)
    {
        using var run = new ReferenceRun(seed, bug, totals, most, only, every, failed, log);
        Machine.Present = run._machine;
        SimulatedVfs.Register();
        try
        {
            run.Live();
        }
        catch (Exception e)
        {
            totals.Fail();
            failed(new(seed, 0, 0, Crash.Process, run._watcher.Path), run._machine.Failure ?? e);
        }
        finally
        {
            run.Dispose();
            Machine.Present = null;
        }

        return run._machine.Trace.Hash;
    }

    /// <summary>All processes end.</summary>
    public void Dispose()
    {
        _watcher.Aftermath = null;
        foreach (var application in _applications) application.Kill();
        _applications.Clear();
        _replicator.Dispose();
    }

    private void Live()
    {
        SetUp();
        _watcher.Aftermath = _replication;
        for (var episode = 0; episode < _scenario.Episodes && !_watcher.IsDone; episode++)
        {
            for (var turns = Random.Next(30, 120); turns > 0 && !_watcher.IsDone; turns--) Turn();
            Synchronize();
            if (_watcher.IsDone) return;
            if (episode == _scenario.Episodes - 1) continue;
            EndReplicator();
            for (var turns = Random.Next(20); turns > 0; turns--) StepApplication();
        }

        if (_watcher.IsDone) return;
        Restore();
        RestoreInPlace();
    }

    private void SetUp()
    {
        foreach (var folder in new[] { "/data", _replica.Path, "/restored/new", "/live", "/locks" }) _machine.Disk.CreateFolder(folder);
        Make(Scenario.DatabasePath, connection =>
        {
            connection.Execute("CREATE TABLE ledger (writer INTEGER PRIMARY KEY, n INTEGER, pad BLOB)");
            connection.Execute("CREATE TABLE data (id INTEGER PRIMARY KEY, v BLOB)");
            for (var writer = 0; writer < _scenario.Writers.Count; writer++) connection.Execute("INSERT INTO ledger VALUES (?, 0, NULL)", writer);
        }, isOrderly: true);
        for (var number = 0; number < _scenario.Writers.Count; number++)
            _applications.Add(new Writer(_machine, Scenario.DatabasePath, number, _scenario.Writers[number]));
        if (_scenario.HasCheckpointer) _applications.Add(new Checkpointer(_machine, Scenario.DatabasePath));
    }

    private void Make(string path, Action<Connection> fill, bool isOrderly)
    {
        var maker = _machine.Start("maker");
        Connection? connection = null;
        _machine.Run(maker, () =>
        {
            connection = Connection.Open(path, 0);
            connection.Execute($"PRAGMA page_size={_scenario.PageSize}");
            connection.Execute($"PRAGMA auto_vacuum={_scenario.AutoVacuum}");
            connection.Execute("PRAGMA journal_mode=wal");
            fill(connection);
            _states.Observe();
            if (isOrderly) connection.Dispose();
        }, () => { });
        if (!isOrderly)
        {
            _machine.Kill(maker);
            _machine.Run(maker, () => { }, connection!.Dispose);
        }

        _machine.Processes.Remove(maker);
        if (_machine.Failure is { } failure) throw new SimulationFailedException(failure.Message, failure);
        _machine.Disk.Root.Flush();
        _machine.Disk.FindFolder(Path.GetDirectoryName(path)!)!.Flush();
    }

    private void Turn()
    {
        _machine.Clock.Advance(TimeSpan.FromMilliseconds(Random.Next(20) == 0 ? Random.Next(2000) : Random.Next(30)));
        if (Random.Next(5) < 2) StepApplication();
        else StepReplicator(Random.Next(_replicator.Threads));
        if (Random.Next(10) == 0) _replicator.RequestSync();
        Look();
    }

    private void StepApplication()
    {
        _watcher.Path = CrashPath.Replicate;
        _machine.Clock.Advance(TimeSpan.FromMilliseconds(Random.Next(20)));
        _applications[Random.Next(_applications.Count)].Step();
        Look();
    }

    private void StepReplicator(int thread)
    {
        _watcher.Path = !_isSettled ? CrashPath.Reconcile
            : thread < 2 ? CrashPath.Replicate
            : thread < _replicator.BusyThreads ? SidePath
            : _replica.Bucket is null ? CrashPath.Retention : CrashPath.S3Store;
        _replicator.Step(thread, mayStart: true);
        _isSettled |= _replicator.HoldsAll;
    }

    private void Look()
    {
        _states.Observe();
        if (_machine.Failure is { } failure) throw new SimulationFailedException(failure.Message, failure);
    }

    private void Synchronize()
    {
        _replicator.ForgetSync();
        for (var step = 0; !_replicator.IsSynchronized; step++)
        {
            if (_watcher.IsDone) return;
            if (step > MaxSyncSteps) throw new SimulationFailedException("A sync does not come to an end.");
            _machine.Clock.Advance(TimeSpan.FromMilliseconds(10));
            StepReplicator(step % _replicator.BusyThreads);
            _replicator.RequestSync();
            Look();
        }

        _promises.Note();
        _machine.Clock.Advance(TimeSpan.FromMilliseconds(Random.Next(3000)));
        StepReplicator(_replicator.Threads - 1);
    }

    private void EndReplicator()
    {
        switch (Random.Next(3))
        {
            case 0:
                _replicator.Kill();
                break;
            case 1:
                _machine.LosePower();
                break;
            default:
                _replicator.Stop();
                for (var step = 0; _replicator.IsRunning && step < MaxSyncSteps; step++)
                {
                    _machine.Clock.Advance(TimeSpan.FromMilliseconds(10));
                    StepReplicator(step % _replicator.BusyThreads);
                }

                break;
        }

        _isSettled = false;
    }

    private void LosePower()
    {
        _states.Forget();
        foreach (var writer in _applications.OfType<Writer>()) writer.LosePower();
    }

    private void Restore()
    {
        _watcher.Path = _replica.Bucket is null ? CrashPath.Restore : CrashPath.S3Store;
        _watcher.Aftermath = new RestoreAftermath(_scenario.PageSize, RestoredPath);
        new SimulatedRestore(_machine, _replica).Run(RestoredPath);
        Look();
    }

    private void RestoreInPlace()
    {
        _watcher.Aftermath = null;
        // somebody died over it: it has a WAL
        Make(LivePath, connection =>
        {
            connection.Execute("CREATE TABLE former (v BLOB)");
            connection.Execute("INSERT INTO former VALUES (zeroblob(700))");
        }, isOrderly: Random.Next(3) == 0);
        var former = LogicalContent.Of(_machine, LivePath)!.Value;
        var aftermath = new InPlaceAftermath(LivePath, former);
        var restore = new SimulatedRestore(_machine, _replica);
        _watcher.Path = CrashPath.InPlaceRestore;
        _watcher.Aftermath = aftermath;
        var copy = restore.Run(LivePath, ExistingDatabase.Keep)!;
        aftermath.Restored = LogicalContent.Of(_machine, LivePath);
        _watcher.Path = CrashPath.Undo;
        restore.Undo(LivePath, copy);
        _watcher.Aftermath = null;
        if (LogicalContent.Of(_machine, LivePath) != former) throw new SimulationFailedException("A restore that was taken back has left another database.");
    }
}
