using Litestream.Engine.Errors;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>The end of a replication: the last sync, and the end of what is under way. It comes in its time, whatever a device does.</summary>
internal sealed class ReplicationEnd : IDisposable
{
    private static readonly TimeSpan s_drainLook = TimeSpan.FromMilliseconds(20);

    /// <summary>So long what has to end may take for that in any case.</summary>
    private static readonly TimeSpan s_lastMoment = TimeSpan.FromSeconds(2);

    private readonly ReplicationOptions _options;
    private readonly EngineEnvironment _environment;
    private readonly CancellationToken _hurry;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenRegistration _stop;

    /// <summary>Prepares.</summary>
    /// <param name="options">How long it may take.</param>
    /// <param name="environment">The time.</param>
    /// <param name="stop">Cancelled when it begins.</param>
    /// <param name="hurry">Cancelled when there is no more time.</param>
    public ReplicationEnd(ReplicationOptions options, EngineEnvironment environment, CancellationToken stop, CancellationToken hurry)
    {
        (_options, _environment, _hurry) = (options, environment, hurry);
        _late = new(Timeout.InfiniteTimeSpan, environment.Time);
        _limit = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, hurry);
        Limit = _limit.Token;
        // what is under way is ended first, and a moment for that is no matter of the time that somebody gives the last sync
        _stop = stop.Register(() => _late.CancelAfter(options.ShutdownTimeout > s_lastMoment ? options.ShutdownTimeout : s_lastMoment));
    }

    /// <summary>Cancelled when there is no more time.</summary>
    public CancellationToken Limit { get; }

    /// <summary>From now on it may take so long as a stop may.</summary>
    public void Begin() => _late.CancelAfter(_options.ShutdownTimeout);

    /// <summary>Captures and ships a last time.</summary>
    /// <param name="loop">Captures. It has ended.</param>
    /// <param name="recorder">What it captures with.</param>
    /// <param name="shippers">Ship.</param>
    /// <param name="captured">Is called when the last capture is in the spool.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.Timeout"/>, among others.</exception>
    public async Task FinishAsync(RecordingLoop loop, DatabaseRecorder recorder, IReadOnlyList<Shipper> shippers, Action captured)
    {
        var isCaptured = false;
        try
        {
            // others of this process may have to end before; as long as they do, that takes nothing of the time
            _late.CancelAfter(Timeout.InfiniteTimeSpan);
            await loop.PrepareFinishAsync(Limit).ConfigureAwait(false);
            Begin();
            do
            {
                Limit.ThrowIfCancellationRequested();
                if (!await loop.FinishAsync(Limit).ConfigureAwait(false)) return;
                captured();
                isCaptured = true;
            }
            while (!await DrainAsync(loop, shippers).ConfigureAwait(false));
            if (shippers.FirstOrDefault(s => s.IsGivenUp)?.Status is { } lacking) throw IsGivenUp(lacking);
        }
        catch (Exception e) when (e is OperationCanceledException || (e is DeviceHangsException && Limit.IsCancellationRequested))
        {
            if (recorder.IsBusy) throw Unfinished();
            throw new LitestreamException(ErrorCode.Timeout,
                $"The last sync of '{_options.DatabasePath}' was {(_hurry.IsCancellationRequested ? "cut short" : $"not finished in {_options.ShutdownTimeout.InSeconds()}")}.{WhyNotOpen(loop)}",
                _options.DatabasePath, isCaptured ? "What is missing waits in the metadata folder and is shipped at the next start."
                : "What was committed last is not captured; the next start captures what the database has by then.");
        }
    }

    /// <summary>Whether something ends in time. Otherwise it goes on.</summary>
    public async Task<bool> EndsAsync(Task work)
    {
        await Task.WhenAny(work, Task.Delay(Timeout.InfiniteTimeSpan, _environment.Time, Limit)).ConfigureAwait(false);
        if (!work.IsCompleted) await Task.WhenAny(work, Task.Delay(s_lastMoment, _environment.Time, CancellationToken.None)).ConfigureAwait(false);
        return work.IsCompleted;
    }

    /// <summary>What there is to tell where something has not ended in time.</summary>
    public LitestreamException Unfinished() => new(ErrorCode.Timeout,
        $"The replication of '{_options.DatabasePath}' did not end in its time: the device of the metadata folder, or a replica, does not answer. The database is let go.", _options.DatabasePath,
        "See what keeps the device. Until it answers the metadata folder stays locked; what is not recorded by now is found at the next start, what is not shipped waits there.");

    /// <summary>Lets the database go, waits until nothing goes on any more, and ends it.</summary>
    /// <param name="recorder">Has recorded.</param>
    /// <param name="recording">Used it.</param>
    /// <param name="helpers">Use its spool.</param>
    public static async Task EndAsync(DatabaseRecorder recorder, Task recording, Task helpers)
    {
        await recording.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        recorder.LetGo();
        await helpers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (recorder.IsBusy) await Task.Delay(Backoff.WhileBusy).ConfigureAwait(false);
        try
        {
            recorder.Former.Dispose();
            recorder.Dispose();
        }
        catch (Exception e) when (SpoolErrors.IsRecoverable(e))
        {
            // whatever ended the replication is told; what is in no state is captured again at the next start
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _limit.Dispose();
        _late.Dispose();
    }

    private static string WhyNotOpen(RecordingLoop loop) => loop is { IsWaiting: true, LastError: { } error } ? $" {error.Message}" : string.Empty;

    /// <summary>Waits until the replicas hold everything.</summary>
    /// <returns>False when one of them can only go on with another generation.</returns>
    private async Task<bool> DrainAsync(RecordingLoop loop, IReadOnlyList<Shipper> shippers)
    {
        using var draining = CancellationTokenSource.CreateLinkedTokenSource(Limit);
        // a replica that waits for nothing need not answer
        var drained = Task.WhenAll(shippers.Where(s => (s.HasPending || s.HasUnseen) && !s.IsGivenUp).Select(s => s.DrainAsync(draining.Token)));
        while (!drained.IsCompleted && !loop.NeedsGeneration)
            await Task.WhenAny(drained, Task.Delay(s_drainLook, _environment.Time, Limit)).ConfigureAwait(false);
        if (!loop.NeedsGeneration)
        {
            await drained.ConfigureAwait(false);
            return true;
        }

        await draining.CancelAsync().ConfigureAwait(false);
        await drained.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }

    private LitestreamException IsGivenUp(ReplicaStatus replica) => new(ErrorCode.ReplicationStalled,
        $"The replica '{replica.Url}' was given up and lacks {replica.LagBytes} bytes of '{_options.DatabasePath}'.", replica.Url,
        "The other replicas hold everything; start again, and a new generation with a new snapshot follows when it takes data.", replica.LastError);
}
