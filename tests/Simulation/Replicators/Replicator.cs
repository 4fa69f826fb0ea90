using Litestream.Engine;
using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Retention;
using Litestream.Engine.Spool;
using Litestream.Simulation.Files;
using Litestream.Simulation.Machines;
using Litestream.Simulation.PlantedBugs;
using Litestream.Simulation.Stores;

namespace Litestream.Simulation.Replicators;

/// <summary>The engine's parts in a simulated process, put together as <see cref="DatabaseReplicator"/> does it, but moved step
/// by step: capture, shipping and snapshots take turns, also in the middle of each other's operations.</summary>
internal sealed class Replicator : IDisposable
{
    private static readonly TimeSpan s_shipRetry = TimeSpan.FromMilliseconds(300);

    private readonly Machine _machine;
    private readonly StepScheduler _background = new();
    private readonly SyncRequests _syncs = new();
    private readonly MetadataFolder _folder;
    private readonly EventLog _events;
    private readonly DatabaseRecorder _recorder;
    private readonly RecordingLoop _loop;
    private readonly Shipper _shipper;
    private readonly RetentionKeeper _keeper;
    private readonly Plant _plant;
    private readonly UnalignedShipper? _overlapping;
    private PresentGeneration? _present;
    private string? _loss;
    private Task _pending = Task.CompletedTask;
    private TimeSpan _nextShipping;
    private bool _isCopying;
    private bool _isRecording;
    private bool _isShipping;
    private bool _isTidying;

    /// <summary>Starts; runs in the process.</summary>
    public Replicator(Machine machine, SimulatedProcess process, ReplicationOptions options, string replica, List<string> arrivals, PlantedBug bug)
    {
        _machine = machine;
        Process = process;
        IFileSystem files = new SimulatedFileSystem(machine, process);
        var environment = new EngineEnvironment
        {
            Files = files,
            Time = machine.Clock,
            Random = machine.Random,
            VfsName = Vfs.SimulatedVfs.Name,
            BootId = machine.BootId,
            Background = _background,
            LockFolder = "/locks",
            Capture = Parts.Create(bug, machine, options.DatabasePath),
        };
        _plant = new(bug, machine.Disk, options);
        _folder = MetadataFolder.Open(options.MetadataPath!, options.DatabasePath, environment);
        var queue = new SpoolQueue(1);
        var spool = new SpoolFolder(_folder, queue, files);
        _plant.SetBack();
        spool.Load();
        var events = _events = new EventLog(options.DatabasePath, machine.Clock);
        _recorder = new(options, environment, spool, events);
        var schedule = new SnapshotSchedule(options, environment);
        _loop = new(options, environment, _recorder, _syncs, events)
        {
            Stepped = Publish,
            EnforceBound = () => _shipper!.EnforceBound(options.SpoolLimit),
            HasReplica = () => _shipper!.CanTake,
            DropSpool = spool.DropAll,
            Snapshots = new(_recorder, schedule, events),
        };
        _recorder.GenerationBegins = () => _shipper!.Rejoin();
        var store = new SimulatedStore(new FolderReplicaClient(replica, bug == PlantedBug.MissingFlush ? new UnflushedFileSystem(files) : files), machine, process, arrivals);
        _shipper = new(0, store, queue, spool, environment, events, () => _present, _loop.RequestGeneration) { HoldsSnapshot = schedule.Note };
        _keeper = new(store, options.Retention!.Value, options.RetentionCheckInterval, environment, events)
        {
            Present = () => _present,
            IsSettled = () => _shipper.IsReachable,
            Waiting = () => queue.Generations,
            Plan = bug == PlantedBug.RetentionOffByOne ? OffByOne.Plan : (generations, cutOff, inUse) => RetentionPlanner.ForWindow(replica, generations, cutOff, inUse),
        };
        _overlapping = bug == PlantedBug.OverlappingShipment ? new(queue, spool, store) : null;
    }

    public SimulatedProcess Process { get; }

    /// <summary>Whether a replica holds all that was captured.</summary>
    public bool IsDrained => _overlapping is not null ? !_shipper.HasPending : _shipper.IsReachable && !_shipper.HasPending;

    /// <summary>Why continuity was lost since the last question; null if it was not.</summary>
    public string? TakeLoss() => Interlocked.Exchange(ref _loss, null);

    /// <summary>Whether one of its threads is in the middle of a step.</summary>
    public bool IsOnStack => _isRecording || _isShipping || _isCopying || _isTidying;

    public string Present => _present?.Id.ToString() ?? "";

    /// <summary>Asks for what is committed now to be captured.</summary>
    public Task RequestSync() => _syncs.Add();

    /// <summary>Gives one of the engine's threads a turn.</summary>
    public void Step(int thread)
    {
        switch (thread)
        {
            case 0 when !_isRecording && _isCopying:
                Exclusively(ref _isRecording, CaptureBesideCopy);
                break;
            case 0 when !_isRecording:
                Exclusively(ref _isRecording, Record);
                break;
            case 1 when !_isShipping && _nextShipping <= _machine.Clock.Elapsed:
                Exclusively(ref _isShipping, Ship);
                break;
            // within a step of the recorder it would be waited for
            case 2 when !_isCopying && !_isRecording && _background.HasWork:
                Exclusively(ref _isCopying, _background.RunNext);
                break;
            case 3 when !_isTidying:
                Exclusively(ref _isTidying, () => _keeper.CheckAsync(default).GetAwaiter().GetResult());
                break;
            default:
                break;
        }
    }

    /// <summary>Lets everything go.</summary>
    public void Dispose()
    {
        try
        {
            _recorder.Dispose();
            _shipper.Dispose();
        }
        finally
        {
            _folder.Dispose();
        }
    }

    private void Record()
    {
        if (_plant.Reopens(_recorder.IsOpen)) _recorder.CloseSession();
        if (_pending.IsCompleted) _pending = _loop.StepAsync(default);
        else _machine.Clock.FireDue();
        if (_pending.IsFaulted) _pending.GetAwaiter().GetResult();
    }

    /// <summary>What the loop does while a copy runs, without what would wait for the copy's end.</summary>
    private void CaptureBesideCopy()
    {
        if (!_pending.IsCompleted || !_recorder.IsOpen || _recorder.Generation is null) return;
        try
        {
            if (_recorder.TryCapture(default) is null) return;
            if (_machine.Random.Next(3) == 0) _recorder.TryRest(force: _machine.Random.Next(4) == 0);
            if (_machine.Random.Next(3) == 0) _recorder.Cut();
        }
        catch (Exception e) when (e is ContinuityLostException or LitestreamException || FileErrors.IsFileError(e))
        {
            // the loop finds the same in its own next step, and recovers from it
            _recorder.Rewind();
        }
    }

    private void Ship()
    {
        try
        {
            if (_overlapping is null) _shipper.ShipAllAsync(default).GetAwaiter().GetResult();
            else if (_recorder.Generation is { } generation) _overlapping.Ship(generation, _recorder.ExpectsSnapshot);
        }
        catch (Exception e) when (e is LitestreamException || FileErrors.IsFileError(e))
        {
            _shipper.Realign();
            _nextShipping = _machine.Clock.Elapsed + s_shipRetry;
        }
    }

    private void Publish()
    {
        var former = _present;
        _present = _recorder.Generation is { } generation ? new(generation, _recorder.ExpectsSnapshot) : null;
        if (_present?.Id != former?.Id) _shipper.Realign();
        while (_events.Reader.TryRead(out var said))
        {
            _machine.Trace.Note(said.Message);
            if (said.Kind == ReplicationEventKind.ContinuityLost) _loss = said.Message;
        }

        _plant.Remember();
    }

    private static void Exclusively(ref bool isBusy, Action action)
    {
        isBusy = true;
        try
        {
            action();
        }
        finally
        {
            isBusy = false;
        }
    }
}
