using System.Threading.Channels;
using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Replication;

/// <summary>Replicates one database to one or more replicas, from <see cref="RunAsync"/> until it is cancelled.</summary>
public sealed class DatabaseReplicator : IAsyncDisposable
{
    private static readonly TimeSpan s_releaseLimit = TimeSpan.FromSeconds(5);

    /// <summary>For a store that is near: somebody waits for the prompt.</summary>
    private static readonly TimeSpan s_hurriedRelease = TimeSpan.FromMilliseconds(200);

    private readonly ReplicationOptions _options;
    private readonly IReadOnlyList<IReplicaClient> _replicas;
    private readonly EngineEnvironment _environment;
    private readonly EventLog _events;
    private readonly SyncRequests _syncs = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _ended;
    private volatile ReplicationStatus _status;
    private IReadOnlyList<Shipper> _shippers = [];
    private SpoolQueue? _queue;
    private RecordingLoop? _loop;
    private SnapshotInProgress? _snapshot;
    private volatile PresentGeneration? _present;
    private long _published;
    private Task _underWay = Task.CompletedTask;

    /// <summary>Prepares a replication; nothing is opened yet.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="replicas">Where to; 1 to 64. They are disposed with the replicator.</param>
    /// <param name="environment">Files, time, randomness and VFS.</param>
    public DatabaseReplicator(
        ReplicationOptions options, IReadOnlyList<IReplicaClient> replicas, EngineEnvironment environment)
    {
        ArgumentOutOfRangeException.ThrowIfZero(replicas.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(replicas.Count, 64);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.RetentionCheckInterval, TimeSpan.Zero);
        options = options with { DatabasePath = environment.Files.ResolveLink(options.DatabasePath) };
        _options = options with
        {
            MetadataPath = options.MetadataPath ?? MetadataFolder.DefaultPath(options.DatabasePath),
            // offsets have 8 hex digits in a name
            MaxIndexSize = Math.Min(options.MaxIndexSize, 2L << 30),
            Retention = options.Retention > TimeSpan.Zero ? options.Retention : null,
            SnapshotInterval = options.SnapshotInterval > TimeSpan.Zero ? options.SnapshotInterval : null,
        };
        _replicas = replicas;
        _environment = environment;
        _ended = _ending.Token; // may be asked for after this is disposed
        _events = new(options.DatabasePath, environment.Time);
        _status = new(options.DatabasePath, ReplicationState.Starting, environment.Time.GetUtcNow(), [.. replicas.Select(r => new ReplicaStatus(r.Url))])
        {
            MetadataPath = _options.MetadataPath,
        };
    }

    /// <summary>What happens, in order; the oldest are dropped when nobody reads. Completes when the replication has ended.</summary>
    public ChannelReader<ReplicationEvent> Events => _events.Reader;

    /// <summary>The replication at this moment. Safe to ask from any thread.</summary>
    public ReplicationStatus Status
    {
        get
        {
            var shippers = _shippers;
            return shippers.Count == 0 ? _status : _status with
            {
                Replicas = [.. shippers.Select(s => s.Status)],
                SpoolBytes = _queue?.PendingSize.Wal ?? 0,
                SnapshotBytes = _queue?.PendingSize.Snapshots ?? 0,
                FirstSnapshot = _snapshot?.First,
                BytesShipped = shippers.Sum(s => s.BytesShipped),
            };
        }
    }

    /// <summary>Opens the database and replicates until cancelled; then syncs a last time and closes.</summary>
    /// <param name="stop">Cancelled when replication shall end.</param>
    /// <param name="hurry">Cancelled when the last sync shall end too, finished or not: what is missing waits in the metadata folder then. A replica that does
    /// not answer at once stays ours.</param>
    /// <returns>Ends normally after a stop.</returns>
    /// <exception cref="LitestreamException">Replication can't begin or can't go on; <see cref="ErrorCode.Timeout"/> when the last sync was not
    /// finished.</exception>
    public async Task RunAsync(CancellationToken stop, CancellationToken hurry = default)
    {
        try
        {
            SqliteLibrary.EnsureUsable();
            if (!_options.WaitForDatabase || !DatabaseInspector.IsAwaitable(_options.DatabasePath, _environment))
                DatabaseInspector.Inspect(_options.DatabasePath, _environment);
            using var joined = _environment.Places.Join(_options.DatabasePath);
            var files = new PatientFiles(_environment.Files);
            var folder = MetadataFolder.Open(_options.MetadataPath!, _options.DatabasePath, _environment with { Files = files });
            try
            {
                EnsureApart(folder.Root);
                await ReplicateAsync(folder, files, stop, hurry).ConfigureAwait(false);
            }
            finally
            {
                // at once, but for a device that hangs
                _ = LetGoAsync(folder);
            }

            SetState(ReplicationState.Stopped);
            _events.Write(ReplicationEventKind.Stopped, ReplicationSeverity.Information, "Replication has ended.");
        }
        catch (Exception e)
        {
            var error = FileErrors.IsFileError(e)
                ? FileErrors.Wrap(e, _options.MetadataPath!, "use the metadata folder", ErrorCode.MetadataUnwritable) : e;
            _status = _status with { State = ReplicationState.Failed, LastError = error };
            _events.Write(ReplicationEventKind.Failed, ReplicationSeverity.Error, error.Message, error: error);
            if (error == e) throw;
            throw error;
        }
        finally
        {
            _syncs.Fail(HasEnded());
            await _ending.CancelAsync().ConfigureAwait(false);
            _events.Complete();
        }
    }

    /// <summary>Captures what is committed now and returns when every replica holds it.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicationEnded"/>.</exception>
    public async Task<SyncResult> SyncAsync(CancellationToken cancellationToken)
    {
        var began = _environment.Time.GetTimestamp();
        var shippedBefore = _shippers.Sum(s => s.BytesShipped);
        var request = _syncs.Add();
        _loop?.Wake();
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
        try
        {
            GenerationId? generation;
            do
            {
                await request.WaitAsync(waiting.Token).ConfigureAwait(false);
                generation = _present?.Id;
                var offered = _queue!.Added;
                foreach (var shipper in _shippers) await shipper.DrainAsync(offered, waiting.Token).ConfigureAwait(false);
                // a generation that was given up meanwhile took what was cut with it
                request = generation == _present?.Id ? Task.CompletedTask : _syncs.Add();
                _loop?.Wake();
            }
            while (generation != _present?.Id);
            var status = Status;
            var held = status.Replicas.Select(r => r.Position).Order().First(); // null, no segment yet, is the least
            return new(generation!.Value, held, [.. status.Replicas.Select(r => r.Url)],
                _environment.Time.GetElapsedTime(began), status.BytesShipped - shippedBefore);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw HasEnded();
        }
    }

    /// <summary>Tells among the events what whoever owns the replication could not do for it; replication goes on.</summary>
    /// <param name="kind">What kind of trouble.</param>
    /// <param name="error">The trouble.</param>
    public void Warn(ReplicationEventKind kind, LitestreamException error) =>
        _events.Write(kind, ReplicationSeverity.Warning, $"{error.Message} {error.Hint}", error: error);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas) await replica.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }

    /// <summary>Nobody else may write to the folder as long as something is under way there.</summary>
    private async Task LetGoAsync(MetadataFolder folder)
    {
        // however it ends: the lock is not to outlive it
        await _underWay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var shipper in _shippers) shipper.Dispose();
        folder.Dispose();
    }

    private async Task ReplicateAsync(MetadataFolder folder, IFileSystem files, CancellationToken stop, CancellationToken hurry)
    {
        var queue = _queue = new SpoolQueue(_replicas.Count);
        var spool = new SpoolFolder(folder, queue, files);
        spool.Load();
        var mounted = new MountedReplicas(folder, files);
        RememberVolumes(mounted);
        folder.MadeAgain = mounted.Rewrite;
        using var end = new ReplicationEnd(_options, _environment, stop, hurry);
        var recorder = new DatabaseRecorder(_options, _environment, spool, _events);
        recorder.Patience = new(_options, _environment.Files, end.Limit) { HoldsDatabase = () => recorder.IsOpen };
        _snapshot = recorder.Snapshot;
        var schedule = new SnapshotSchedule(_options, _environment);
        var watchdog = new Watchdog(_options, _environment, _events);
        var loop = _loop = new RecordingLoop(_options, _environment, recorder, _syncs, _events)
        {
            Stepped = () =>
            {
                Publish(recorder);
                if (!recorder.Segments.IsAllDurable || recorder.Snapshot.Exists || queue.PendingSize != default) watchdog.Wake();
            },
            Heard = watchdog.Wake,
            EnforceBound = () =>
            {
                foreach (var shipper in _shippers) shipper.EnforceBound(_options.SpoolLimit);
                if (_shippers.Any(s => s.IsGivenUp)) recorder.Segments.NoteReplicas();
            },
            HasReplica = () => _shippers.Any(s => s.CanTake),
            IsShipped = () => queue.PendingSize == default && _shippers.All(s => s is { IsReachable: true, HasPending: false }),
            Idle = new(_options, _environment, recorder, folder),
            DropSpool = spool.DropAll,
            MakeFolderAgain = spool.TryMakeAgain,
            Snapshots = new(recorder, schedule, _events),
        };
        watchdog.Overlooked = loop.Wake;
        recorder.Snapshot.Ended = loop.Wake;
        recorder.Segments.Offered = () => [.. _replicas.Where((_, number) => !queue.IsGivenUp(number)).Select(r => r.Url)];
        recorder.GenerationBegins = () =>
        {
            foreach (var shipper in _shippers) shipper.Rejoin();
        };
        var me = new LeaseHolder(
            MetadataIdentity.Of(folder, _environment), GenerationId.Create(_environment.Random).ToString(), _environment.MachineName,
            _options.DatabasePath, Environment.ProcessId, _environment.Time.GetUtcNow());
        var clients = _replicas.Select(Patient).ToList();
        var leases = clients.Select(c => new ReplicaLease(c, me, _options.TakeOver) { Replaced = former => TellReplaced(c.Url, former, me) }).ToList();
        _shippers = [.. clients.Select((client, number) => CreateShipper(number, client, queue, spool, schedule, leases[number]))];
        _events.Write(ReplicationEventKind.Started, ReplicationSeverity.Information, $"Replication to {string.Join(", ", _replicas.Select(r => r.Url))} begins.");

        using var ending = new CancellationTokenSource();
        // each on a thread of its own: a folder that hangs must not keep the others from beginning
        var helpers = _shippers.Select(s => Task.Run(() => s.RunAsync(ending.Token), CancellationToken.None))
            .Concat(CreateKeepers(queue, leases).Select(k => Task.Run(() => k.RunAsync(ending.Token), CancellationToken.None)))
            .Prepend(watchdog.RunAsync(() => stop.IsCancellationRequested ? null : loop.Pulse, () => _shippers.Select(s => s.Pulse), ending.Token)).ToList();
        using var running = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var recording = loop.RunAsync(running.Token);
        try
        {
            var first = Task.WhenAny([recording, .. helpers]);
            if (!await end.EndsAsync(first).ConfigureAwait(false)) throw end.Unfinished();
            await (await first.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            SetState(ReplicationState.Stopping);
            await end.FinishAsync(loop, recorder, _shippers, () => Publish(recorder)).ConfigureAwait(false);
        }
        finally
        {
            // nobody may use the folder or the connections when they are let go
            await running.CancelAsync().ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            _underWay = ReplicationEnd.EndAsync(recorder, recording, Task.WhenAll(helpers));
            if (!stop.IsCancellationRequested) end.Begin();
            await end.EndsAsync(_underWay).ConfigureAwait(false);
            // last: nobody claims a replica again
            if (stop.IsCancellationRequested && _underWay.IsCompleted) await ReleaseAsync(leases, hurry).ConfigureAwait(false);
        }

        if (!_underWay.IsCompleted) throw end.Unfinished();
    }

    private void RememberVolumes(MountedReplicas mounted)
    {
        mounted.Load();
        foreach (var replica in _replicas.OfType<FolderReplicaClient>())
        {
            replica.Volume.WasMounted = mounted.Contains(replica.Url);
            replica.Volume.Seen = () => mounted.Add(replica.Url);
        }
    }

    private Shipper CreateShipper(int number, IReplicaClient client, SpoolQueue queue, SpoolFolder spool, SnapshotSchedule schedule, ReplicaLease lease) =>
        new(number, client, queue, spool, _environment, _events,
            () => _present, (unfit, reason) => _loop!.RequestGeneration(unfit, reason))
        {
            HoldsSnapshot = schedule.Note,
            Claim = lease.EnsureAsync,
        };

    private void TellReplaced(string url, LeaseHolder former, LeaseHolder me) => _events.Write(
        ReplicationEventKind.LeaseReplaced, former.IsSamePlace(me) ? ReplicationSeverity.Information : ReplicationSeverity.Warning,
        $"The replica '{url}' was let go by nobody: it belonged to {former}. If that one still runs, it is refused from now on.");

    private PatientReplicaClient Patient(IReplicaClient client) => new(client, _options.ReplicaTimeout, _environment.Time);

    private IEnumerable<RetentionKeeper> CreateKeepers(SpoolQueue queue, IReadOnlyList<ReplicaLease> leases) => _options.Retention is not { } retention ? [] :
        _replicas.Zip(_shippers, leases).Select(part => new RetentionKeeper(Patient(part.First), retention, _options.RetentionCheckInterval, _environment, _events)
        {
            Present = () => _present,
            IsSettled = () => part.Second.IsReachable,
            IsOurs = part.Third.IsHeldAsync,
            Waiting = () => queue.Generations,
        });

    /// <summary>Shows the recorder's state to other threads and lets the shippers know of work.</summary>
    private void Publish(DatabaseRecorder recorder)
    {
        var former = _present;
        var present = recorder.Generation is { } generation ? new PresentGeneration(generation, recorder.ExpectsSnapshot) : null;
        _present = present;
        _status = _status with
        {
            State = _status.State == ReplicationState.Stopping ? ReplicationState.Stopping
                : _loop!.IsWaiting ? ReplicationState.Waiting
                : _loop.Idle.IsLetGo ? ReplicationState.Idle : ReplicationState.Running,
            Generation = recorder.Generation,
            Position = recorder.Position,
            LastChangeAt = recorder.Segments.LastChangeAt ?? _status.LastChangeAt,
            LastError = _loop!.LastError,
        };
        // a step comes many times a second, and each wakes a thread of the pool
        var added = _queue!.Added;
        var isNew = present != former || added != _published;
        _published = added;
        foreach (var shipper in _shippers)
        {
            if (present?.Id != former?.Id) shipper.Realign();
            else if (isNew || shipper.HasWork) shipper.Wake();
            else shipper.TryNoteHeld();
        }
    }

    /// <summary>After an orderly end others may write to the replicas. One that does not answer stays ours.</summary>
    private async Task ReleaseAsync(IEnumerable<ReplicaLease> leases, CancellationToken hurry)
    {
        using var limit = new CancellationTokenSource(s_releaseLimit, _environment.Time);
        using var sooner = hurry.Register(() => limit.CancelAfter(s_hurriedRelease));
        foreach (var (lease, shipper) in leases.Zip(_shippers))
        {
            try
            {
                await lease.ReleaseAsync(HeadOf(shipper), limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is LitestreamException or OperationCanceledException)
            {
                _events.Write(ReplicationEventKind.LeaseKept, ReplicationSeverity.Warning,
                    $"The replica could not be let go: another replication must take it over. {e.Message}", lease.Url, e as LitestreamException);
            }
        }
    }

    private ReplicaHead? HeadOf(Shipper shipper) => _present is { } present && shipper.HeldEnd is { } end
        ? ReplicaHead.Of(present.Id, end, _environment.Time.GetUtcNow())
        : null;

    /// <summary>A replica inside the metadata folder would be tidied away with the spool.</summary>
    private void EnsureApart(string metadataPath)
    {
        if (_replicas.OfType<FolderReplicaClient>().FirstOrDefault(r => r.Overlaps(metadataPath)) is { } replica)
            throw new LitestreamException(ErrorCode.InvalidArgument,
                $"The replica '{replica.Url}' and the metadata folder '{metadataPath}' overlap.", replica.Url, "Give the replica a folder of its own.");
    }

    private LitestreamException HasEnded() =>
        _status is { State: ReplicationState.Failed, LastError: { } error }
            ? new(ErrorCode.ReplicationEnded, $"The replication has ended: {error.Message}", _options.DatabasePath, (error as LitestreamException)?.Hint ?? "Start it again.", error)
            : new(ErrorCode.ReplicationEnded, "The replication has ended.", _options.DatabasePath, "Start it again.");

    private void SetState(ReplicationState state) => _status = _status with { State = state };
}
