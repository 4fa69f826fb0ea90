using Litestream.Engine;
using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
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
    private readonly Machine _machine;
    private readonly StepScheduler _background = new();
    private readonly CrowdedPlaces _places = new();
    private readonly SyncRequests _syncs = new();
    private readonly MetadataFolder _folder;
    private readonly EventLog _events;
    private readonly DatabaseRecorder _recorder;
    private readonly RecordingLoop _loop;
    private readonly IReadOnlyList<ReplicaSide> _sides;
    private readonly Plant _plant;
    private PresentGeneration? _present;
    private string? _loss;
    private Task _pending = Task.CompletedTask;
    private int _inBackground;
    private bool _isRecording;
    private bool _hasFailedBeside;
    private bool _wasLetGo;
    private Leaving _leaving;

    /// <summary>Starts; runs in the process.</summary>
    public Replicator(Machine machine, SimulatedProcess process, ReplicationOptions options, IReadOnlyList<SimulatedReplica> replicas, PlantedBug bug)
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
            Pause = _ => { }, // nobody else would run meanwhile
            Places = _places,
            Capture = Parts.Create(bug, machine, options.DatabasePath),
        };
        _plant = new(bug, machine.Disk, options);
        _folder = MetadataFolder.Open(options.MetadataPath!, options.DatabasePath, environment);
        var queue = new SpoolQueue(replicas.Count);
        var spool = new SpoolFolder(_folder, queue, files);
        _plant.SetBack();
        spool.Load();
        _plant.Overwrite(spool.Pages);
        var events = _events = new EventLog(options.DatabasePath, machine.Clock);
        _recorder = new(options, environment, spool, events);
        var schedule = new SnapshotSchedule(options, environment);
        _loop = new(options, environment, _recorder, _syncs, events)
        {
            Stepped = Publish,
            EnforceBound = () =>
            {
                foreach (var side in _sides!) side.Shipper.EnforceBound(options.SpoolLimit);
            },
            HasReplica = () => _sides!.Any(s => s.Shipper.CanTake),
            IsShipped = () => queue.PendingSize == default && _sides!.All(s => s.IsDrained),
            Idle = new(options, environment, _recorder, _folder),
            DropSpool = spool.DropAll,
            MakeFolderAgain = spool.TryMakeAgain,
            Snapshots = new(_recorder, schedule, events),
        };
        _sides = [.. replicas.Select((replica, number) => new ReplicaSide(machine, environment, options, StoreOf(replica), number, bug)
        {
            Spool = spool,
            Queue = queue,
            Events = events,
            Recorder = _recorder,
            Present = () => _present,
            RequestGeneration = _loop.RequestGeneration,
            HoldsSnapshot = schedule.Note,
        })];
        _recorder.GenerationBegins = () =>
        {
            foreach (var side in _sides) side.Shipper.Rejoin();
        };

        IReplicaClient StoreOf(SimulatedReplica replica)
        {
            var client = replica.Open(machine, process, bug == PlantedBug.MissingFlush ? new UnflushedFileSystem(files) : files);
            // a bucket's faults are those of its answers
            return replica.Bucket is null ? new SimulatedStore(client, machine, process, replica) : client;
        }
    }

    private enum Leaving
    {
        No,
        Asked,
        Begun,
        Done,
        DoneWithNothing,
        Failed,
    }

    public SimulatedProcess Process { get; }

    /// <summary>Turns that may be taken; those that only let go what is old are the last ones.</summary>
    public int Threads => 2 + 2 * _sides.Count;

    /// <summary>Whether a replica holds all that was captured.</summary>
    public bool IsDrained(int replica) => _sides[replica].IsDrained;

    /// <summary>Whether all of them do.</summary>
    public bool AreAllDrained => _sides.All(s => s.IsDrained);

    /// <summary>Whether one was given up, and is not back yet.</summary>
    public bool LacksOne => _sides.Any(s => s.Shipper.IsGivenUp);

    /// <summary>Whether it was stopped in order, and has come to an end.</summary>
    public bool HasFinished => _leaving is Leaving.Failed or Leaving.DoneWithNothing || (_leaving == Leaving.Done && _sides.All(s => !s.Shipper.HasPending || s.Shipper.IsGivenUp));

    /// <summary>Why continuity was lost since the last question; null if it was not.</summary>
    public string? TakeLoss() => Interlocked.Exchange(ref _loss, null);

    /// <summary>Whether one of its threads is in the middle of a step.</summary>
    public bool IsOnStack => _isRecording || _inBackground > 0 || _sides.Any(s => s.IsOnStack);

    public string Present => _present?.Id.ToString() ?? "";

    /// <summary>Asks for what is committed now to be captured.</summary>
    public Task RequestSync() => _syncs.Add();

    /// <summary>Asks it to come to an end in order.</summary>
    public void Stop() => _leaving = _leaving == Leaving.No ? Leaving.Asked : _leaving;

    /// <summary>Gives one of the engine's threads a turn.</summary>
    public void Step(int thread)
    {
        switch (thread)
        {
            case 0 when !_isRecording && _inBackground > 0:
                Exclusively(ref _isRecording, CaptureBeside);
                break;
            case 0 when !_isRecording:
                Exclusively(ref _isRecording, Record);
                break;
            // within a step of the recorder it would be waited for
            case 1 when !_isRecording && _background.HasWork:
                RunInBackground();
                break;
            case > 1 when thread < 2 + _sides.Count:
                _sides[thread - 2].Ship();
                break;
            case > 1:
                _sides[thread - 2 - _sides.Count].Tidy();
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
            foreach (var side in _sides) side.Shipper.Dispose();
        }
        finally
        {
            _folder.Dispose();
        }
    }

    private void Record()
    {
        if (_leaving is Leaving.Failed or Leaving.DoneWithNothing) return;
        if (_hasFailedBeside) GoBack();
        if (_plant.Reopens(_recorder.IsOpen)) _recorder.CloseSession();
        _places.IsCrowded = _machine.Random.Next(4) == 0;
        if (!_pending.IsCompleted) _machine.Clock.FireDue();
        else if (_leaving == Leaving.No) _pending = _loop.StepAsync(default);
        else Leave();
        if (!_pending.IsFaulted) return;
        // nobody keeps a process alive whose stop has failed
        if (_leaving == Leaving.Begun && (_pending.Exception!.InnerException is LitestreamException or IOException)) _leaving = Leaving.Failed;
        else _pending.GetAwaiter().GetResult();
    }

    /// <summary>What <see cref="DatabaseReplicator"/> does at a stop.</summary>
    private void Leave()
    {
        if (_leaving == Leaving.Asked || (_leaving == Leaving.Done && _loop.NeedsGeneration))
        {
            _leaving = Leaving.Begun;
            _pending = _loop.FinishAsync(default);
        }

        if (_leaving != Leaving.Begun || !_pending.IsCompletedSuccessfully) return;
        _leaving = _pending is Task<bool> { Result: false } ? Leaving.DoneWithNothing : Leaving.Done;
        Publish();
    }

    /// <summary>A copy and a cut, also in the middle of each other.</summary>
    private void RunInBackground()
    {
        _inBackground++;
        try
        {
            _background.RunNext();
        }
        finally
        {
            _inBackground--;
        }
    }

    /// <summary>What the loop does while a copy or a cut goes on, without what would wait for their end.</summary>
    private void CaptureBeside()
    {
        if (_hasFailedBeside || !_pending.IsCompleted || !_recorder.IsOpen || _recorder.Generation is null) return;
        try
        {
            if (_recorder.Segments.HasEndedCut) _recorder.Segments.Settle();
            if (_recorder.TryCapture(default) is null) return;
            if (_machine.Random.Next(3) == 0) _recorder.TryRest((CheckpointEffort)Math.Max(0, _machine.Random.Next(5) - 2));
            if (_machine.Random.Next(3) == 0) _recorder.Segments.BeginCut();
        }
        catch (Exception e) when (e is ContinuityLostException or LitestreamException || FileErrors.IsFileError(e))
        {
            // going back waits for a cut's end
            if (_recorder.Segments.IsCutting) _hasFailedBeside = true;
            else GoBack();
        }
    }

    /// <summary>The loop finds in its own next step what was found beside a copy, and recovers from it.</summary>
    private void GoBack()
    {
        _hasFailedBeside = false;
        try
        {
            _recorder.Segments.Rewind();
        }
        catch (Exception e) when (e is LitestreamException || FileErrors.IsFileError(e))
        {
            _machine.Trace.Note("a cut failed");
        }
    }

    private void Publish()
    {
        var former = _present;
        _present = _recorder.Generation is { } generation ? new(generation, _recorder.ExpectsSnapshot) : null;
        if (_present?.Id != former?.Id)
            foreach (var side in _sides) side.Shipper.Realign();
        if (_loop.Idle.IsLetGo != _wasLetGo) _machine.Trace.Note((_wasLetGo = _loop.Idle.IsLetGo) ? "let go" : "taken up");
        while (_events.Reader.TryRead(out var said))
        {
            _machine.Trace.Note(said.Message);
            if (said.Error is { } error) _machine.Trace.Refuse(error);
            // a cut that gets no turn for long is a device that hangs: then the WAL is let go on purpose
            if (said is { Kind: ReplicationEventKind.ContinuityLost, Error: not LitestreamException { Code: ErrorCode.ReplicationStalled } }) _loss = said.Message;
        }

        _plant.Remember();
    }

    internal static void Exclusively(ref bool isBusy, Action action)
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
