using Litestream.Engine.Capture;
using Litestream.Engine.Errors;

namespace Litestream.Engine.Replication;

/// <summary>Opens the database for the recorder, waiting for it where that is not in vain.</summary>
/// <param name="options">Which, and how long to wait.</param>
/// <param name="environment">Files, time and VFS.</param>
/// <param name="recorder">Opens it.</param>
/// <param name="requests">Know why a new generation has to begin with it.</param>
/// <param name="events">Is told what is in the way.</param>
internal sealed class SourceOpener(ReplicationOptions options, EngineEnvironment environment, DatabaseRecorder recorder, GenerationRequests requests, EventLog events)
{
    private readonly SteadyClock _clock = new(environment.Time);
    private bool _wasOpen;
    private bool _isCrowdTold;

    /// <summary>Why what was captured so far may not be all; null if that is to be found out when it is opened.</summary>
    public string? WhyUnsure { get; set; }

    /// <summary>Whether somebody copies files over the database, or beside it: it is not opened before they are still.</summary>
    public bool IsUnsettled { get; set; }

    /// <summary>Is told, once each, what is waited for.</summary>
    public required Action<Obstacle> Waits { get; init; }

    /// <summary>Opens the database as soon as that is possible.</summary>
    /// <exception cref="LitestreamException">It can't be opened for the first time.</exception>
    public async Task OpenAsync(CancellationToken stop)
    {
        await SettleAsync(stop).ConfigureAwait(false);
        var patience = new OpenPatience(options, events, _wasOpen, _clock.Now);
        while (await TryOpenAsync(stop).ConfigureAwait(false) is { } obstacle)
        {
            if (patience.Bear(obstacle, _clock.Now)) Waits(obstacle);
            await Task.Delay(patience.Wait(_clock.Now), environment.Time, stop).ConfigureAwait(false);
        }

        _wasOpen = true;
    }

    /// <summary>Opens the database for the last capture. False when it is not there, or not fit: then nothing is left to capture.</summary>
    public async Task<bool> OpenLastAsync(CancellationToken limit)
    {
        if (!recorder.IsOpen) await SettleAsync(limit).ConfigureAwait(false);
        while (!recorder.IsOpen && await TryOpenAsync(limit).ConfigureAwait(false) is { } obstacle)
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

    /// <summary>Takes a place for the last capture. As long as others get theirs its turn comes; it is not waited for where none does for all the time that a
    /// stop may take.</summary>
    /// <exception cref="OperationCanceledException">None did, or <paramref name="hurry"/> was cancelled.</exception>
    public async Task EnterLastAsync(CancellationToken hurry)
    {
        using var vain = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        var entering = EnterAsync(vain.Token);
        long admitted;
        do
        {
            admitted = environment.Places.Admitted;
            await Task.WhenAny(entering, Task.Delay(options.ShutdownTimeout, environment.Time, vain.Token)).ConfigureAwait(false);
        }
        while (!entering.IsCompleted && environment.Places.Admitted != admitted);
        await vain.CancelAsync().ConfigureAwait(false);
        await entering.ConfigureAwait(false);
    }

    private async Task SettleAsync(CancellationToken stop)
    {
        if (IsUnsettled) await new SettlingFiles(options, environment).WaitAsync(stop).ConfigureAwait(false);
        IsUnsettled = false;
    }

    /// <summary>Takes a place among the open databases, where there is none yet.</summary>
    private async Task EnterAsync(CancellationToken stop) => recorder.Place ??= await environment.Places.EnterAsync(stop).ConfigureAwait(false);

    /// <summary>Takes a place, and tells once where that takes long: until then nothing is captured.</summary>
    private async Task EnterAndTellAsync(CancellationToken stop)
    {
        var entering = EnterAsync(stop);
        if (!entering.IsCompleted && !_isCrowdTold)
        {
            using var entered = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(entering, Task.Delay(options.SyncInterval * 3, environment.Time, entered.Token)).ConfigureAwait(false);
            if (!entering.IsCompleted && !stop.IsCancellationRequested) TellCrowd();
            await entered.CancelAsync().ConfigureAwait(false);
        }

        await entering.ConfigureAwait(false);
    }

    private void TellCrowd()
    {
        _isCrowdTold = true;
        var crowd = Obstacle.Crowd(options.DatabasePath);
        Waits(crowd);
        events.Write(ReplicationEventKind.Waiting, ReplicationSeverity.Warning,
            $"{crowd.Message} Let the process have more handles (ulimit -n), or replicate some of the databases in another one.");
    }

    private async Task<Obstacle?> TryOpenAsync(CancellationToken stop)
    {
        await EnterAndTellAsync(stop).ConfigureAwait(false);
        try
        {
            return TryOpen(stop);
        }
        finally
        {
            // what is waited for takes nobody's place
            if (!recorder.IsOpen) recorder.LeavePlace();
        }
    }

    /// <param name="stop">Ends a comparison of the whole database.</param>
    /// <returns>What is in the way; null when it is open.</returns>
    private Obstacle? TryOpen(CancellationToken stop)
    {
        try
        {
            var database = DatabaseInspector.Inspect(options.DatabasePath, environment);
            if (database.IsEmpty) return Obstacle.Empty(options.DatabasePath);
            recorder.Former.EnsureNoWal(database);
            recorder.Former.EnsureIndexUnused();
            if (!database.IsWal && !WalSwitch.TrySwitch(database, options, environment, events))
                return Obstacle.Locked(options.DatabasePath);
            if (!recorder.TryOpen(database, requests.WhyNew(recorder.Generation), WhyUnsure, stop)) return Obstacle.Locked(options.DatabasePath);
            WhyUnsure = null;
            requests.Begun();
            return null;
        }
        catch (LitestreamException e) when (Obstacle.Is(e))
        {
            return Obstacle.Of(e);
        }
    }
}
