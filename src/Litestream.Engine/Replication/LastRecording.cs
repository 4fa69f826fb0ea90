using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>Captures a last time when a replication ends, leaves the database file with the whole WAL in it if nobody is in the way, and lets it go; without a WAL, if nobody
/// else has it open.</summary>
/// <param name="options">Which database.</param>
/// <param name="environment">Files and time.</param>
/// <param name="recorder">Does it.</param>
/// <param name="source">Opens the database where it is not open.</param>
/// <param name="requests">Know whether a new generation has to begin.</param>
/// <param name="loss">Handles what comes in between.</param>
/// <param name="events">Is told.</param>
internal sealed class LastRecording(
    ReplicationOptions options, EngineEnvironment environment, DatabaseRecorder recorder, SourceOpener source, GenerationRequests requests, ContinuityLoss loss, EventLog events)
{
    /// <summary>Begins the generation that has to begin.</summary>
    public required Func<string, CancellationToken, Task> BeginGeneration { get; init; }

    /// <summary>Lets the database go while the spool's device hangs, and tells why: see <see cref="Suspension.LetGoWhileHanging"/>.</summary>
    public required Action<string> LetGo { get; init; }

    /// <summary>Whether there was no database any more to record.</summary>
    public bool IsGoneForGood { get; private set; }

    /// <summary>Takes a place for it, where others have to be let go before.</summary>
    /// <exception cref="OperationCanceledException">There is no hope for one, or <paramref name="hurry"/> was cancelled.</exception>
    public Task PrepareAsync(CancellationToken hurry) => recorder.IsOpen ? Task.CompletedTask : source.EnterLastAsync(hurry);

    /// <summary>Does it.</summary>
    /// <param name="limit">Cancelled when that takes too long.</param>
    /// <returns>False if nothing was ever begun: then no replica need hold anything.</returns>
    public async Task<bool> RunAsync(CancellationToken limit)
    {
        if (!recorder.IsOpen && recorder.Generation is null && !recorder.HasState && requests.WhyNew(null) is null && !IsThere()) return false;
        try
        {
            while (!await TryFinishAsync(limit).ConfigureAwait(false)) await Task.Delay(Backoff.WhileBusy, environment.Time, limit).ConfigureAwait(false);
            return true;
        }
        finally
        {
            recorder.CloseSession();
        }
    }

    /// <summary>Whether there is a database by now, though it was never opened: what it holds is to be captured, too.</summary>
    private bool IsThere() => environment.Files.Find(options.DatabasePath) is { IsDirectory: false, Length: > 0 };

    private async Task<bool> TryFinishAsync(CancellationToken limit)
    {
        try
        {
            // one that hangs must not keep the database's files longer than the stop may take
            while (recorder.IsBusy) await Task.Delay(Backoff.WhileBusy, environment.Time, limit).ConfigureAwait(false);
            recorder.Segments.SettleLast();
            if (!recorder.IsOpen) recorder.EndWork(); // it was let go while that went on
            IsGoneForGood = !await source.OpenLastAsync(limit).ConfigureAwait(false);
            if (IsGoneForGood) return true;
            await FinishOnceAsync(limit).ConfigureAwait(false);
            CloseLast();
            return true;
        }
        catch (ContinuityLostException e)
        {
            loss.Handle(e, limit);
            return false;
        }
        catch (DeviceHangsException e)
        {
            if (recorder.IsOpen) LetGo(e.Why);
            return false;
        }
    }

    private async Task FinishOnceAsync(CancellationToken limit)
    {
        var segments = recorder.Segments;
        if (requests.WhyNew(recorder.Generation) is { } reason) await BeginGeneration(reason, limit).ConfigureAwait(false);
        await recorder.Snapshot.FinishFirstAsync(limit).ConfigureAwait(false);
        while (recorder.TryCapture(limit) is null) await Task.Delay(Backoff.WhileBusy, environment.Time, limit).ConfigureAwait(false);
        segments.Cut();
        _ = recorder.TryRest(CheckpointEffort.Yielding);
        segments.Cut();
        segments.StampSource();
    }

    private void CloseLast()
    {
        try
        {
            recorder.CloseLast();
        }
        catch (LitestreamException e)
        {
            events.Write(ReplicationEventKind.CheckpointFailed, ReplicationSeverity.Warning, $"The WAL of the database may be left behind. {e.Message} {e.Hint}", error: e);
        }
    }
}
