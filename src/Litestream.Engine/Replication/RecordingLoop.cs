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
    private int _losses;
    private DateTimeOffset? _foreignSince;
    private bool _wasOpen;
    private bool _isSuspended;
    private bool _isGoneForGood;
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

    /// <summary>Whether a new generation has to begin, and there is a database to begin it with.</summary>
    public bool NeedsGeneration => WhyNewGeneration is not null && !_isGoneForGood;

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
        while (!await TryBeginAsync(stop).ConfigureAwait(false)) await Task.Delay(s_busyRetry, environment.Time, stop).ConfigureAwait(false);
        using var watch = TryWatch();
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
                _losses = 0;
            }
            catch (ContinuityLostException e)
            {
                Lose(e);
                // once is a moment's trouble; what is found broken whenever it is opened needs somebody's help
                if (++_losses > 1) await Task.Delay(Backoff.After(_losses - 1, environment.Random), environment.Time, stop).ConfigureAwait(false);
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
        if (!recorder.IsOpen && recorder.Generation is null && !recorder.HasState && WhyNewGeneration is null) return; // nothing was ever begun
        try
        {
            while (!await TryFinishAsync(limit).ConfigureAwait(false)) await Task.Delay(s_busyRetry, environment.Time, limit).ConfigureAwait(false);
        }
        finally
        {
            recorder.CloseSession();
        }
    }

    /// <summary>Opens the database for the first time. False when it was changed in that very moment: then it is opened again.</summary>
    /// <exception cref="LitestreamException">Replication can't begin.</exception>
    private async Task<bool> TryBeginAsync(CancellationToken stop)
    {
        try
        {
            await OpenAsync(stop).ConfigureAwait(false);
            return true;
        }
        catch (ContinuityLostException e)
        {
            Lose(e);
            return false;
        }
    }

    private async Task<bool> TryFinishAsync(CancellationToken limit)
    {
        try
        {
            _isGoneForGood = !await OpenLastAsync(limit).ConfigureAwait(false);
            if (!_isGoneForGood) await FinishOnceAsync(limit).ConfigureAwait(false);
            return true;
        }
        catch (ContinuityLostException e)
        {
            Lose(e);
            return false;
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
        switch (reason)
        {
            case LocksLostException: break; // the WAL itself can prove that nothing was missed
            case DatabaseReplacedException:
                _whyNewGeneration ??= reason.Message;
                CaptureLast();
                break;
            default: _whyUnsure = reason.Message; break;
        }

        // told when the files are let go, so that whoever hears of it finds them free
        recorder.CloseSession();
        events.Write(reason is LocksLostException ? ReplicationEventKind.LocksLost : ReplicationEventKind.ContinuityLost,
            ReplicationSeverity.Warning, $"Continuity is in doubt: {reason.Message}.", error: reason);
    }

    /// <summary>What was committed before the database went is still in the files that our connections hold.</summary>
    private void CaptureLast()
    {
        try
        {
            recorder.CaptureLast();
        }
        catch (Exception e) when (e is ContinuityLostException or LitestreamException || FileErrors.IsFileError(e))
        {
            recorder.Rewind();
            events.Write(ReplicationEventKind.ContinuityLost, ReplicationSeverity.Warning,
                $"The last commits before the database went could not be recorded: {e.Message}", error: e);
        }
    }

    /// <summary>A file system may not be able to watch, or have no watcher left: looking now and then is enough.</summary>
    private IDisposable? TryWatch()
    {
        try
        {
            return environment.Files.Watch(options.DatabasePath + "-wal", Signalled);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            events.Write(ReplicationEventKind.Unwatched, ReplicationSeverity.Warning,
                $"The database can't be watched for changes: it is looked at every {options.PollInterval.TotalSeconds:0.#} s instead.", error: e);
            return null;
        }
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
                EndWhereStuck(now);
                await Task.Delay(s_busyRetry, environment.Time, stop).ConfigureAwait(false);
                syncs.Return(requests);
                return;
            }

            _foreignSince = null;
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

    /// <summary>A WAL that for long does not belong to its wal-index was replaced, or that was. As long as we hold the wal-index, SQLite does
    /// not make it anew.</summary>
    private void EndWhereStuck(DateTimeOffset now)
    {
        if (!recorder.IsWalForeign) _foreignSince = null;
        else if (now - (_foreignSince ??= now) >= options.SyncInterval * 3)
        {
            _foreignSince = null;
            var error = new LitestreamException(ErrorCode.ReplicationStalled, $"The WAL of '{options.DatabasePath}' does not belong to its -shm.",
                options.DatabasePath, "If one of them was replaced, end all applications that use the database, and start them again.");
            events.Write(ReplicationEventKind.Stalled, ReplicationSeverity.Error, error.Message, error: error);
            throw new ContinuityLostException("the WAL does not belong to its -shm");
        }
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

    /// <summary>Opens the database, waiting for it where that is not in vain.</summary>
    private async Task OpenAsync(CancellationToken stop)
    {
        var patience = new OpenPatience(options, events, _wasOpen, _clock.Now);
        while (TryOpen(stop) is { } obstacle)
        {
            if (patience.Bear(obstacle, _clock.Now))
            {
                IsWaiting = true;
                LastError = obstacle.Error ?? LastError;
                Stepped();
            }

            await Task.Delay(patience.Wait(_clock.Now), environment.Time, stop).ConfigureAwait(false);
        }

        (IsWaiting, _wasOpen) = (false, true);
        _dataVersion = null; // each connection counts for itself
        _schedule = new(options, _clock.Now);
        _schedule.Signal(_clock.Now);
        Stepped();
    }

    /// <summary>Opens the database for the last capture. False when it is not there, or not fit: then nothing is left to capture.</summary>
    private async Task<bool> OpenLastAsync(CancellationToken limit)
    {
        while (!recorder.IsOpen && TryOpen(limit) is { } obstacle)
        {
            if (!obstacle.IsLock)
            {
                events.Write(ReplicationEventKind.Waiting, ReplicationSeverity.Warning,
                    $"{obstacle.Message} It is not waited for any more.", error: obstacle.Error);
                return false;
            }

            await Task.Delay(options.CaptureInterval, environment.Time, limit).ConfigureAwait(false);
        }

        return true;
    }

    /// <param name="stop">Ends a comparison of the whole database.</param>
    /// <returns>What is in the way; null when it is open.</returns>
    private Obstacle? TryOpen(CancellationToken stop)
    {
        try
        {
            var database = DatabaseInspector.Inspect(options.DatabasePath, environment);
            if (database.IsEmpty) return Obstacle.Empty(options.DatabasePath);
            if (!database.IsWal && !WalSwitch.TrySwitch(database, options, environment, events))
                return Obstacle.Locked(options.DatabasePath);
            if (!recorder.TryOpen(database, WhyNewGeneration, _whyUnsure, stop)) return Obstacle.Locked(options.DatabasePath);
            (_whyNewGeneration, _whyUnsure) = (null, null);
            return null;
        }
        catch (LitestreamException e) when (Obstacle.Is(e))
        {
            return Obstacle.Of(e);
        }
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
