using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>Watches one database until stopped: waits for changes, lets the recorder capture, cut and checkpoint, and recovers
/// from what can be recovered from.</summary>
internal sealed class RecordingLoop
{
    private readonly ReplicationOptions _options;
    private readonly EngineEnvironment _environment;
    private readonly DatabaseRecorder _recorder;
    private readonly SyncRequests _syncs;
    private readonly SourceOpener _source;
    private readonly ContinuityLoss _loss;
    private readonly LastRecording _last;
    private readonly Suspension _suspension;
    private readonly Recovery _recovery;
    private readonly WalKeeper _wal;
    private readonly SourceWatch _watch;
    private readonly Signal _wake = new();
    private readonly SteadyClock _clock;
    private readonly DateTimeOffset _began;
    private readonly GenerationRequests _requests = new();
    private CaptureSchedule _schedule;
    private DateTimeOffset? _lastChange;
    private long _lastLook;
    private long _uncutSince;
    private long _openSince;
    private long? _dataVersion;

    /// <summary>Prepares.</summary>
    /// <param name="options">How.</param>
    /// <param name="environment">Files, time and VFS.</param>
    /// <param name="recorder">Does the work.</param>
    /// <param name="syncs">Who waits for a sync.</param>
    /// <param name="events">Is told what happens.</param>
    public RecordingLoop(ReplicationOptions options, EngineEnvironment environment, DatabaseRecorder recorder, SyncRequests syncs, EventLog events)
    {
        (_options, _environment, _recorder, _syncs) = (options, environment, recorder, syncs);
        _clock = new(environment.Time);
        _began = _clock.Now;
        _schedule = new(options, _clock.Now);
        _lastLook = environment.Time.GetUtcNow().UtcTicks;
        _requests.Require(options.NewGeneration ? "it was asked for" : null);
        _wal = new(options, recorder, events, environment.Time);
        _watch = new(options, environment.Files, events, Hear, () => recorder.IsResting);
        recorder.Segments.CutEnded = Wake;
        _source = new(options, environment, recorder, _requests, events) { Waits = obstacle => Wait(obstacle.Error) };
        _loss = new(recorder, _source, syncs, _requests, events);
        _suspension = new(options, environment, recorder, _requests, events) { HasReplica = () => HasReplica!(), DropSpool = () => DropSpool!() };
        _last = new(options, environment, recorder, _source, _requests, _loss, events)
        {
            BeginGeneration = BeginGenerationAsync,
            LetGo = why => _suspension.LetGoWhileHanging(why),
        };
        _recovery = new(options, environment, recorder, syncs, _loss, _suspension, _requests, events)
        {
            MakeFolderAgain = () => MakeFolderAgain!(),
            Waits = Wait,
            UntilAsked = WaitUntilAskedAsync,
        };
    }

    /// <summary>Is called after each step, on the loop.</summary>
    public required Action Stepped { get; init; }

    /// <summary>Is called, on any thread, when the database may have changed.</summary>
    public Action Heard { get; init; } = () => { };

    /// <summary>Gives up the replicas for which more waits in the spool than may.</summary>
    public required Action EnforceBound { get; init; }

    /// <summary>Whether a replica is left that takes what is captured, or a new generation.</summary>
    public required Func<bool> HasReplica { get; init; }

    /// <summary>Deletes what waits in the spool.</summary>
    public required Action DropSpool { get; init; }

    /// <summary>Makes the metadata folder again where it was removed: see <see cref="Spool.SpoolFolder.TryMakeAgain"/>.</summary>
    public required Func<bool> MakeFolderAgain { get; init; }

    /// <summary>Whether every replica holds all that was captured.</summary>
    public required Func<bool> IsShipped { get; init; }

    /// <summary>Lets the database go while nothing happens.</summary>
    public required IdleDatabase Idle { get; init; }

    /// <summary>Takes snapshots beside the first.</summary>
    public required FurtherSnapshots Snapshots { get; init; }

    /// <summary>Whether the loop waits for something outside: a first page, a lock, a replica.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>What went wrong last.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>How capture gets on. Safe to ask from any thread.</summary>
    public SourcePulse Pulse => new(
        new(Volatile.Read(ref _lastLook), TimeSpan.Zero), _recorder.IsOpen, _recorder.Position,
        Volatile.Read(ref _uncutSince) is not 0 and var since ? _environment.Time.GetElapsedTime(since) : TimeSpan.Zero, _recorder.Snapshot.Bytes,
        _watch.TellsAtOnce);

    /// <summary>Lets the loop look at once.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Whether a new generation has to begin, and there is a database to begin it with.</summary>
    public bool NeedsGeneration => WhyNewGeneration is not null && !_last.IsGoneForGood;

    /// <summary>Asks for a new generation.</summary>
    /// <param name="unfit">The one that can't go on; when it has ended by then, nothing happens.</param>
    /// <param name="reason">Why, for people.</param>
    public void RequestGeneration(GenerationId unfit, string reason)
    {
        if (_requests.Add(unfit, reason)) Wake();
    }

    /// <summary>Runs until stopped.</summary>
    /// <exception cref="LitestreamException">Replication can't begin.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        _recorder.Patience?.Begin();
        while (!await _recovery.TryBeginAsync(OpenAsync, stop).ConfigureAwait(false)) await Task.Delay(Backoff.WhileBusy, _environment.Time, stop).ConfigureAwait(false);
        try
        {
            _watch.Listen();
            while (true)
            {
                await WaitForWorkAsync(stop).ConfigureAwait(false);
                await StepAsync(stop).ConfigureAwait(false);
            }
        }
        finally
        {
            _watch.Close();
            Idle.Dispose();
        }
    }

    /// <summary>Does what there is to do now, and recovers from what can be recovered from.</summary>
    public async Task StepAsync(CancellationToken stop)
    {
        if (!await _recovery.TryAsync(WorkAsync, stop).ConfigureAwait(false)) _schedule.Signal(_clock.Now);
        Stepped();
    }

    /// <summary>Takes a place for <see cref="FinishAsync"/>, where others have to be let go before.</summary>
    /// <exception cref="OperationCanceledException">There is no hope for one, or <paramref name="hurry"/> was cancelled.</exception>
    public Task PrepareFinishAsync(CancellationToken hurry) => _last.PrepareAsync(hurry);

    /// <summary>Captures a last time; see <see cref="LastRecording"/>.</summary>
    /// <param name="limit">Cancelled when that takes too long.</param>
    /// <returns>False if nothing was ever begun: then no replica need hold anything.</returns>
    public async Task<bool> FinishAsync(CancellationToken limit)
    {
        if (_suspension.Reason is { } reason) throw reason;
        _recorder.Patience?.Begin();
        if (Idle.IsLetGo) Idle.TakeUp();
        return await _last.RunAsync(limit).ConfigureAwait(false);
    }

    private string? WhyNewGeneration => _requests.WhyNew(_recorder.Generation);

    private void Hear()
    {
        Heard();
        Wake();
    }

    private async Task WaitForWorkAsync(CancellationToken stop)
    {
        if (Idle.IsLetGo && !IsNeeded) await _wake.WaitAsync(_watch.TellsAtOnce ? Idle.NextLook : _options.PollInterval, _environment.Time, stop).ConfigureAwait(false);
        while (_recorder is { IsOpen: true, Segments.HasEndedCut: false } && !IsAsked && WhyNewGeneration is null)
        {
            var now = _clock.Now;
            var due = _schedule.NextDue(mayRest: !_recorder.IsResting, mayCut: !_recorder.Segments.HasCut);
            if (due <= now) return;

            // Under a storm of writes one look at the signal every quiet interval is enough.
            if (_schedule.IsSignalled && !_watch.IsDeaf) await Task.Delay(Shorter(due - now, _options.QuietInterval).InTimerSteps(), _environment.Time, stop).ConfigureAwait(false);
            var wait = _schedule.IsSignalled && !_watch.IsDeaf ? TimeSpan.Zero : due - now;
            if (await _wake.WaitAsync(wait, _environment.Time, stop).ConfigureAwait(false) && !_recorder.Segments.HasEndedCut)
                _schedule.Signal(_clock.Now);
        }

        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Whether somebody waits for what the loop can do now.</summary>
    private bool IsAsked => _syncs.Any || (_syncs.AnyCaptured && !_recorder.Segments.HasCut);

    /// <summary>Whether there is something to do for which the database has to be open.</summary>
    private bool IsNeeded => IsAsked || WhyNewGeneration is not null || Snapshots.IsDue;

    private async Task WorkAsync(CancellationToken stop)
    {
        if (_suspension.Reason is not null) await _suspension.EndAsync(stop).ConfigureAwait(false);
        if (Idle.IsLetGo && !TryTakeUp()) return;
        await SettleCutAsync(stop).ConfigureAwait(false);
        if (!_recorder.IsOpen) await OpenAsync(stop).ConfigureAwait(false);
        if (WhyNewGeneration is { } reason) await BeginGenerationAsync(reason, stop).ConfigureAwait(false);
        Snapshots.Step();

        var now = _clock.Now;
        var looked = _environment.Time.GetUtcNow();
        var sight = SeeIdle(now);
        if (_schedule.IsPollDue(now) && !IsAsked && !HasNewVersion() && (_recorder.IsResting || !_schedule.IsRestDue(now, _lastChange)) && sight is null)
        {
            Looked(now, looked, captured: 0, isFound: false);
            return;
        }

        var requests = _syncs.Take();
        bool isFound;
        try
        {
            var ahead = _wal.KeepAhead(now, _schedule);
            var frames = _recorder.TryCapture(stop);
            if (frames is null)
            {
                _dataVersion = null; // what the poll saw is not captured yet
                _wal.EndWhereStuck(now);
                await Task.Delay(Backoff.WhileBusy, _environment.Time, stop).ConfigureAwait(false);
                _syncs.Return(requests);
                return;
            }

            _wal.Captured();
            isFound = frames > 0 || ahead;
            if (isFound) _lastChange = now;
            Looked(now, looked, frames.Value, isFound);
        }
        catch
        {
            _syncs.Return(requests);
            throw;
        }

        _syncs.Captured(requests);
        if (!_recorder.Segments.HasCut && (_syncs.AnyCaptured || _schedule.IsCutDue(now))) BeginCut(now);
        if (_recorder is { Segments.IsAllDurable: true }) NoteAllDurable();
        _wal.Keep(now, _schedule, _lastChange);
        _recorder.Segments.StampRest();
        EnforceBound();
        if (!HasReplica()) Suspend();
        // a checkpoint may have found something after the capture
        else if (!isFound && sight is { } seen && _recorder is { Segments.IsAllDurable: true }) Idle.LetGo(seen, Hear);
    }

    /// <summary>What the files show before a capture after which the database may be let go; null if it may not. Not while nobody tells of changes: what
    /// comes then would not be heard.</summary>
    private SourceSight? SeeIdle(DateTimeOffset now) =>
        _recorder is { Segments.IsAllDurable: true, ExpectsSnapshot: false, Snapshot.Exists: false } && (_recorder.IsResting || Idle.IsWanted)
        && !_watch.IsDeaf && !IsNeeded && IsShipped() ? Idle.See(now - (_lastChange ?? _began)) : null;

    /// <summary>Takes a database up that was let go, where there is a reason to. False where it stays let go.</summary>
    private bool TryTakeUp()
    {
        var time = _environment.Time.GetUtcNow();
        var hasChanged = Idle.HasChanged();
        if (!hasChanged && !IsNeeded && !Idle.IsProofDue)
        {
            Volatile.Write(ref _lastLook, time.UtcTicks);
            return false;
        }

        Idle.TakeUp();
        if (hasChanged) _lastChange = _clock.Now;
        return true;
    }

    private void NoteAllDurable()
    {
        NothingWaits();
        _recovery.Recorded();
        _syncs.AllDurable();
    }

    private void NothingWaits()
    {
        _openSince = 0;
        Volatile.Write(ref _uncutSince, 0);
    }

    private void BeginCut(DateTimeOffset now)
    {
        var hasContent = _recorder.Segments.BeginCut();
        _schedule.Cut(now, hasContent);
        if (hasContent) _syncs.CutBegan();
        _openSince = 0;
    }

    /// <summary>Ends a cut that is ready or has failed. One that the device holds up is waited for only where a new generation can't begin before, or too much waits: and where
    /// that gets more than the spool may grow by, the application's WAL does not wait with it.</summary>
    private async Task SettleCutAsync(CancellationToken stop)
    {
        if (!_recorder.Segments.HasCut) return;
        while (_recorder is { IsOpen: true, Segments.IsCutting: true } && (WhyNewGeneration is not null || _suspension.MayNotCapture))
        {
            if (_suspension.LetGoWhereTooMuchWaits() is { } error) LastError = error;
            else await Task.Delay(Backoff.WhileBusy, _environment.Time, stop).ConfigureAwait(false);
        }

        if (!_recorder.IsOpen)
        {
            Wait(error: null);
            await _recovery.OutlastAsync(stop).ConfigureAwait(false);
            NothingWaits();
        }

        if (_recorder.Segments.IsCutting) return;
        _recorder.Segments.Settle();
        _recovery.Recorded();
        _syncs.CutSucceeded();
        Volatile.Write(ref _uncutSince, _openSince);
    }

    private void Looked(DateTimeOffset now, DateTimeOffset time, uint captured, bool isFound)
    {
        if (_watch.Looked(now, isFound)) _schedule.Signal(now);
        (_schedule.IsUnwatched, _schedule.IsToldAtOnce) = (_watch.IsDeaf, _watch.TellsAtOnce);
        _schedule.Looked(now, _recorder.Segments.HasOpenSegment, captured, _recorder.IsResting ? 0 : _recorder.WalFrames);
        Volatile.Write(ref _lastLook, time.UtcTicks);
        if (!_recorder.Segments.HasOpenSegment) return;
        if (_openSince == 0) _openSince = _environment.Time.GetTimestamp();
        Interlocked.CompareExchange(ref _uncutSince, _openSince, 0);
    }

    private bool HasNewVersion()
    {
        var version = _recorder.TryGetDataVersion();
        var isNew = version is null || version != _dataVersion;
        _dataVersion = version;
        return isNew;
    }

    private async Task OpenAsync(CancellationToken stop)
    {
        var before = _recorder.Position;
        await _source.OpenAsync(stop).ConfigureAwait(false);
        _watch.Renew();
        if (_recorder.Position != before) _lastChange = _clock.Now;
        IsWaiting = false;
        _dataVersion = null; // each connection counts for itself
        _schedule = new(_options, _clock.Now);
        _schedule.Signal(_clock.Now);
        Stepped();
    }

    /// <summary>Shows that there is something to wait for, and why.</summary>
    private void Wait(Exception? error)
    {
        IsWaiting = !_recorder.IsOpen;
        LastError = error ?? LastError;
        Stepped();
    }

    private async Task WaitUntilAskedAsync(TimeSpan longest, CancellationToken stop)
    {
        var end = _clock.Now + longest;
        while (!IsAsked && _clock.Now < end) await _wake.WaitAsync(end - _clock.Now, _environment.Time, stop).ConfigureAwait(false);
    }

    private async Task BeginGenerationAsync(string reason, CancellationToken stop)
    {
        while (!_recorder.TryStartGeneration(reason)) await Task.Delay(Backoff.WhileBusy, _environment.Time, stop).ConfigureAwait(false);
        _syncs.GoBack();
        _requests.Begun();
        Stepped();
    }

    /// <summary>No replica is left: the application's WAL is let go, and a new generation follows when one is back.</summary>
    private void Suspend()
    {
        _syncs.GoBack();
        NothingWaits();
        _suspension.Begin();
        Wait(_suspension.Reason);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
