using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>Watches one database until stopped: waits for changes, lets the recorder capture, cut and checkpoint, and recovers
/// from what can be recovered from.</summary>
/// <param name="options">How.</param>
/// <param name="environment">Files, time and VFS.</param>
/// <param name="recorder">Does the work.</param>
/// <param name="syncs">Who waits for a sync.</param>
/// <param name="events">Is told what happens.</param>
internal sealed class RecordingLoop(
    ReplicationOptions options, EngineEnvironment environment, DatabaseRecorder recorder, SyncRequests syncs, EventLog events)
{
    private static readonly TimeSpan s_busyRetry = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_openPatience = TimeSpan.FromSeconds(10);

    private readonly Signal _wake = new();
    private readonly SteadyClock _clock = new(environment.Time);
    private readonly GenerationRequests _requests = new();
    private CaptureSchedule _schedule = new(options, environment.Time.GetUtcNow());
    private DateTimeOffset? _lastChange;
    private long _lastLook = environment.Time.GetUtcNow().UtcTicks;
    private long _uncutSince;
    private string? _whyNewGeneration = options.NewGeneration ? "it was asked for" : null;
    private string? _whyUnsure;
    private long? _dataVersion;
    private int _failures;
    private bool _isSuspended;
    private LitestreamException? _checkpointError;

    /// <summary>Is called after each step, on the loop.</summary>
    public required Action Stepped { get; init; }

    /// <summary>Gives up the replicas for which more waits in the spool than may.</summary>
    public required Action EnforceBound { get; init; }

    /// <summary>Whether a replica is left that takes what is captured, or a new generation.</summary>
    public required Func<bool> HasReplica { get; init; }

    /// <summary>Deletes what waits in the spool.</summary>
    public required Action DropSpool { get; init; }

    /// <summary>Takes snapshots beside the first.</summary>
    public required FurtherSnapshots Snapshots { get; init; }

    /// <summary>Whether the loop waits for something outside: a first page, a lock, a replica.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>What went wrong last.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>How capture gets on. Safe to ask from any thread.</summary>
    public SourcePulse Pulse => new(
        new(Volatile.Read(ref _lastLook), TimeSpan.Zero), recorder.IsOpen, recorder.Position,
        Volatile.Read(ref _uncutSince) is not 0 and var since ? environment.Time.GetElapsedTime(since) : TimeSpan.Zero, recorder.SnapshotBytes);

    /// <summary>Lets the loop look at once.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Whether a new generation has to begin.</summary>
    public bool NeedsGeneration => WhyNewGeneration is not null;

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
        await OpenAsync(stop).ConfigureAwait(false);
        using var watch = environment.Files.Watch(options.DatabasePath + "-wal", Signalled);
        while (true)
        {
            await WaitForWorkAsync(stop).ConfigureAwait(false);
            await StepAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Does what there is to do now, and recovers from what can be recovered from.</summary>
    public async Task StepAsync(CancellationToken stop)
    {
        try
        {
            try
            {
                await WorkAsync(stop).ConfigureAwait(false);
            }
            catch (ContinuityLostException e)
            {
                Lose(e);
            }

            _failures = 0;
        }
        catch (Exception e) when (e is LitestreamException || FileErrors.IsFileError(e))
        {
            await RecoverAsync(Named(e), stop).ConfigureAwait(false);
        }

        Stepped();
    }

    /// <summary>Captures a last time, leaves the database file with the whole WAL in it if nobody is in the way, and lets it go.</summary>
    /// <param name="limit">Cancelled when that takes too long.</param>
    public async Task FinishAsync(CancellationToken limit)
    {
        if (_isSuspended) throw LastError!;
        if (!recorder.IsOpen && recorder.Generation is null && WhyNewGeneration is null) return; // nothing was ever begun
        try
        {
            try
            {
                if (!recorder.IsOpen) await OpenAsync(limit).ConfigureAwait(false);
                await FinishOnceAsync(limit).ConfigureAwait(false);
            }
            catch (ContinuityLostException e)
            {
                Lose(e);
                await OpenAsync(limit).ConfigureAwait(false);
                await FinishOnceAsync(limit).ConfigureAwait(false);
            }
        }
        finally
        {
            recorder.CloseSession();
        }
    }

    private string? WhyNewGeneration => _whyNewGeneration ?? _requests.ReasonToEnd(recorder.Generation);

    private async Task FinishOnceAsync(CancellationToken limit)
    {
        if (WhyNewGeneration is { } reason) await BeginGenerationAsync(reason, limit).ConfigureAwait(false);
        await recorder.FinishSnapshotAsync(limit).ConfigureAwait(false);
        while (recorder.TryCapture(limit) is null) await Task.Delay(s_busyRetry, environment.Time, limit).ConfigureAwait(false);
        recorder.Cut();
        _ = recorder.TryRest(force: false);
        recorder.Cut();
        recorder.StampSource();
    }

    private void Lose(ContinuityLostException reason)
    {
        events.Write(ReplicationEventKind.ContinuityLost, ReplicationSeverity.Warning, $"Continuity is lost: {reason.Message}.", error: reason);
        _whyUnsure = reason.Message;
        recorder.CloseSession();
    }

    private void Signalled() => _wake.Set();

    private async Task WaitForWorkAsync(CancellationToken stop)
    {
        while (recorder.IsOpen && !syncs.Any && WhyNewGeneration is null)
        {
            var now = _clock.Now;
            var due = _schedule.NextDue(!recorder.IsResting);
            if (due <= now) return;

            // Under a storm of writes one look at the signal every quiet interval is enough.
            if (_schedule.IsSignalled) await Task.Delay(Shorter(due - now, options.QuietInterval), environment.Time, stop).ConfigureAwait(false);
            var wait = _schedule.IsSignalled ? TimeSpan.Zero : due - now;
            if (await _wake.WaitAsync(wait, environment.Time, stop).ConfigureAwait(false))
                _schedule.Signal(_clock.Now);
        }

        stop.ThrowIfCancellationRequested();
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        if (_isSuspended) await ResumeAsync(stop).ConfigureAwait(false);
        if (!recorder.IsOpen) await OpenAsync(stop).ConfigureAwait(false);
        if (WhyNewGeneration is { } reason) await BeginGenerationAsync(reason, stop).ConfigureAwait(false);
        Snapshots.Step();

        var now = _clock.Now;
        var looked = environment.Time.GetUtcNow();
        if (_schedule.IsPollDue(now) && !syncs.Any && !HasNewVersion() && !IsRestDue(now))
        {
            Looked(now, looked, captured: 0);
            return;
        }

        var requests = syncs.Take();
        try
        {
            var frames = recorder.TryCapture(stop);
            if (frames is null)
            {
                _dataVersion = null; // what the poll saw is not captured yet
                await Task.Delay(s_busyRetry, environment.Time, stop).ConfigureAwait(false);
                syncs.Return(requests);
                return;
            }

            if (frames > 0) _lastChange = now;
            Looked(now, looked, frames.Value);
            if (requests.Count > 0 || _schedule.IsCutDue(now)) _schedule.Cut(now, recorder.Cut());
            if (!recorder.HasOpenSegment) Volatile.Write(ref _uncutSince, 0);
        }
        catch
        {
            syncs.Return(requests);
            throw;
        }

        foreach (var request in requests) request.TrySetResult();
        Housekeep(now);
        EnforceBound();
        if (!HasReplica()) Suspend();
    }

    private void Looked(DateTimeOffset now, DateTimeOffset time, uint captured)
    {
        _schedule.Looked(now, recorder.HasOpenSegment, captured, recorder.IsResting ? 0 : recorder.WalFrames);
        Volatile.Write(ref _lastLook, time.UtcTicks);
        if (recorder.HasOpenSegment) Interlocked.CompareExchange(ref _uncutSince, environment.Time.GetTimestamp(), 0);
    }

    private bool HasNewVersion()
    {
        var version = recorder.TryGetDataVersion();
        var isNew = version is null || version != _dataVersion;
        _dataVersion = version;
        return isNew;
    }

    private bool IsRestDue(DateTimeOffset now) => !recorder.IsResting && _schedule.IsRestDue(now, _lastChange);

    private void Housekeep(DateTimeOffset now)
    {
        var isDue = _schedule.IsCheckpointDue(now, recorder.WalFrames);
        if (recorder.IsResting || !isDue && !IsRestDue(now)) return;
        var force = _schedule.IsForceDue(now, recorder.WalFrames);
        _schedule.Checkpointed(now, recorder.TryRest(force), force);
        if (recorder.HasOpenSegment) _schedule.Signal(now);
        ReportCheckpoint(recorder.CheckpointError);
    }

    /// <summary>Tells once that the database file can't be checkpointed: capture and shipping go on.</summary>
    private void ReportCheckpoint(LitestreamException? error)
    {
        if (error is not null && _checkpointError is null)
            events.Write(ReplicationEventKind.CheckpointFailed, ReplicationSeverity.Warning, $"{error.Message} {error.Hint}", error: error);
        _checkpointError = error;
    }

    /// <summary>Opens the database, waiting until it has a page and nobody locks it.</summary>
    private async Task OpenAsync(CancellationToken stop)
    {
        var patienceEnds = _clock.Now + s_openPatience;
        var isNew = false;
        while (!TryOpen(isNew && _clock.Now <= patienceEnds, stop))
        {
            if (environment.Files.Find(options.DatabasePath) is { Length: 0 })
            {
                isNew = true;
                patienceEnds = _clock.Now + s_openPatience;
            }

            if (!IsWaiting)
            {
                IsWaiting = true;
                events.Write(ReplicationEventKind.Waiting, ReplicationSeverity.Information,
                    "The database has no page yet, or somebody locks it: waiting.");
                Stepped();
            }

            if (_clock.Now > patienceEnds)
                throw new LitestreamException(ErrorCode.DatabaseLocked, $"'{options.DatabasePath}' is locked by another process.",
                    options.DatabasePath, "Let the application use locking_mode=NORMAL, or end the transaction that locks the database.");
            await Task.Delay(options.CaptureInterval, environment.Time, stop).ConfigureAwait(false);
        }

        IsWaiting = false;
        _dataVersion = null; // each connection counts for itself
        _schedule = new(options, _clock.Now);
        _schedule.Signal(_clock.Now);
        Stepped();
    }

    /// <param name="isBeingMade">The application has just begun to make the database, and may be about to switch it to WAL mode.</param>
    /// <param name="stop">Ends a comparison of the whole database.</param>
    private bool TryOpen(bool isBeingMade, CancellationToken stop)
    {
        var database = DatabaseInspector.Inspect(options.DatabasePath, environment);
        if (database.IsEmpty || !database.IsWal && isBeingMade && !options.AllowJournalModeSwitch) return false;
        if (!database.IsWal && !WalSwitch.TrySwitch(database, options, environment, events)) return false;
        if (!recorder.TryOpen(database, WhyNewGeneration, _whyUnsure, stop)) return false;
        (_whyNewGeneration, _whyUnsure) = (null, null);
        return true;
    }

    private async Task BeginGenerationAsync(string reason, CancellationToken stop)
    {
        while (!recorder.TryStartGeneration(reason)) await Task.Delay(s_busyRetry, environment.Time, stop).ConfigureAwait(false);
        _whyNewGeneration = null;
        Stepped();
    }

    /// <summary>No replica is left: the application's WAL is let go, and a new generation follows when one is back.</summary>
    private void Suspend()
    {
        (IsWaiting, _isSuspended) = (true, true);
        LastError = new LitestreamException(ErrorCode.ReplicationStalled,
            $"Every replica of '{options.DatabasePath}' is given up: none takes data, and the spool reached its bound of {options.SpoolLimit} bytes.",
            options.DatabasePath, "Make a replica reachable; a new generation with a new snapshot follows by itself.");
        Volatile.Write(ref _uncutSince, 0);
        recorder.EndGeneration();
        events.Write(ReplicationEventKind.Waiting, ReplicationSeverity.Warning,
            "No replica is left: the database is let go until one takes data again.", error: LastError);
    }

    private async Task ResumeAsync(CancellationToken stop)
    {
        // nobody takes an empty spool for a shipped one: by now all see that there is no generation
        DropSpool();
        while (!HasReplica()) await Task.Delay(options.SyncInterval, environment.Time, stop).ConfigureAwait(false);
        _whyNewGeneration = "the former one was given up when the spool was full";
        _isSuspended = false;
    }

    private async Task RecoverAsync(LitestreamException error, CancellationToken stop)
    {
        try
        {
            recorder.Rewind();
            if (error.Code is ErrorCode.DiskFull or ErrorCode.MetadataUnwritable) LetGoOfLargeWal();
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            error = Named(e);
        }

        LastError = error;
        IsWaiting = !recorder.IsOpen;
        _whyNewGeneration ??= recorder.WhyHopeless;
        var wait = Backoff.After(++_failures, environment.Random);
        events.Write(ReplicationEventKind.RetryScheduled, ReplicationSeverity.Warning,
            $"{error.Message} {error.Hint} Next try in {wait.TotalSeconds:0.0} s.", error: error);
        Stepped();
        await Task.Delay(wait, environment.Time, stop).ConfigureAwait(false);
        _schedule.Signal(_clock.Now);
    }

    /// <summary>While the spool can't be written the application's WAL takes its place, but no further than the spool would grow.</summary>
    private void LetGoOfLargeWal()
    {
        if (!recorder.IsOpen || environment.Files.Find(options.DatabasePath + "-wal") is not { } wal || wal.Length <= options.SpoolLimit) return;
        _whyNewGeneration = $"the spool could not be written while the WAL grew to {wal.Length} bytes";
        recorder.EndGeneration();
        events.Write(ReplicationEventKind.ContinuityLost, ReplicationSeverity.Error,
            $"The metadata folder can't be written, and the WAL has grown to {wal.Length} bytes: the database is let go until it can.");
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private LitestreamException Named(Exception e) => e as LitestreamException
        ?? FileErrors.Wrap(e, options.MetadataPath ?? options.DatabasePath, "write the spool", ErrorCode.MetadataUnwritable);
}
