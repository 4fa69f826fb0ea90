using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>Recovers from failed steps: the durable state is gone back to, the application's WAL let go where it can't wait, and who waits for a sync is told, before the next try.</summary>
/// <param name="options">Which database.</param>
/// <param name="environment">Time and randomness.</param>
/// <param name="recorder">Goes back.</param>
/// <param name="syncs">Who waits for a sync.</param>
/// <param name="loss">Lets a database go whose continuity is in doubt.</param>
/// <param name="suspension">Lets the WAL go.</param>
/// <param name="requests">Are told where only a new generation helps.</param>
/// <param name="events">Is told.</param>
internal sealed class Recovery(
    ReplicationOptions options, EngineEnvironment environment, DatabaseRecorder recorder, SyncRequests syncs, ContinuityLoss loss, Suspension suspension, GenerationRequests requests, EventLog events)
{
    /// <summary>So long a full disk is waited for.</summary>
    private static readonly TimeSpan s_roomPatience = TimeSpan.FromSeconds(10);

    private int _losses;
    private int _failures;
    private int _vain;
    private long _vainSince;

    /// <summary>Makes the metadata folder again where it was removed: see <see cref="SpoolFolder.TryMakeAgain"/>.</summary>
    public required Func<bool> MakeFolderAgain { get; init; }

    /// <summary>Is told why the next step has to wait.</summary>
    public required Action<Exception?> Waits { get; init; }

    /// <summary>Waits until somebody asks for a sync, but no longer than it is given.</summary>
    public required Func<TimeSpan, CancellationToken, Task> UntilAsked { get; init; }

    /// <summary>What was captured is in the spool: a step that only begins a cut which then fails is no success.</summary>
    public void Recorded() => _vain = 0;

    /// <summary>Opens the database for the first time. False when it was changed in that very moment, or the device of the spool could not be waited for: then it is opened again.</summary>
    /// <param name="open">Opens it.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="LitestreamException">Replication can't begin.</exception>
    public async Task<bool> TryBeginAsync(Func<CancellationToken, Task> open, CancellationToken stop)
    {
        try
        {
            await open(stop).ConfigureAwait(false);
            return true;
        }
        catch (ContinuityLostException e)
        {
            loss.Handle(e, stop);
        }
        catch (DeviceHangsException e)
        {
            Waits(suspension.LetGoWhileHanging(e.Why));
            await OutlastAsync(stop).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>Takes a step, recovers where that fails, and waits before the next one.</summary>
    /// <param name="step">What to do.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Whether it has not failed; lost continuity is no failure.</returns>
    public async Task<bool> TryAsync(Func<CancellationToken, Task> step, CancellationToken stop)
    {
        try
        {
            await TakeAsync(step, stop).ConfigureAwait(false);
            _failures = 0;
            return true;
        }
        catch (Exception e) when (SpoolErrors.IsRecoverable(e))
        {
            await RecoverAsync(SpoolErrors.Named(e, options), stop).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Waits, with the database let go, until the device of the spool has answered. What it has taken counts; what was captured since then is found anew.</summary>
    public async Task OutlastAsync(CancellationToken stop)
    {
        syncs.GoBack();
        while (recorder.IsBusy) await Task.Delay(Backoff.WhileBusy, environment.Time, stop).ConfigureAwait(false);
        recorder.EndWork();
    }

    private async Task TakeAsync(Func<CancellationToken, Task> step, CancellationToken stop)
    {
        try
        {
            await step(stop).ConfigureAwait(false);
            _losses = 0;
        }
        catch (ContinuityLostException e)
        {
            loss.Handle(e, stop);
            // once is a moment's trouble; what is found broken whenever it is opened needs somebody's help
            if (++_losses > 1) await Task.Delay(Backoff.After(_losses - 1, environment.Random), environment.Time, stop).ConfigureAwait(false);
        }
    }

    private async Task RecoverAsync(LitestreamException error, CancellationToken stop)
    {
        syncs.GoBack();
        while (recorder.IsBusy)
        {
            if (recorder is { IsOpen: true, IsHanging: true }) Waits(suspension.LetGoWhileHanging((error.InnerException as DeviceHangsException)?.Why ?? "another error came"));
            await Task.Delay(Backoff.WhileBusy, environment.Time, stop).ConfigureAwait(false);
        }

        error = FailureOf(GoBack) ?? error;
        if (IsOfFolder(error.Code)) error = FailureOf(() => suspension.LetGoOfLargeWal(error)) ?? error;
        requests.Require(recorder.WhyHopeless);
        if (_vain++ == 0) _vainSince = environment.Time.GetTimestamp();
        var wait = Backoff.After(++_failures, environment.Random);
        events.Write(ReplicationEventKind.RetryScheduled, ReplicationSeverity.Warning, $"{error.Message} {error.Hint} Next try in {wait.InSeconds()}.", error: error);
        Waits(error);
        if (MayRefuse(error.Code))
        {
            syncs.Refuse(error);
            await UntilAsked(wait, stop).ConfigureAwait(false);
        }
        else
        {
            await Task.Delay(wait, environment.Time, stop).ConfigureAwait(false);
        }
    }

    private void GoBack()
    {
        recorder.GoBack();
        if (MakeFolderAgain()) TellLoss();
    }

    private LitestreamException? FailureOf(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (SpoolErrors.IsRecoverable(e))
        {
            return SpoolErrors.Named(e, options);
        }
    }

    /// <summary>All that waited in the metadata folder is gone, and to where it was recorded.</summary>
    private void TellLoss()
    {
        requests.Require("the metadata folder was removed");
        var path = options.MetadataPath ?? options.DatabasePath;
        var error = new LitestreamException(ErrorCode.MetadataCorrupt, $"The metadata folder '{path}' was removed while it was used. It is made again, and a new generation follows.",
            path, "Leave the metadata folder alone while a replication uses it.");
        events.Write(ReplicationEventKind.ContinuityLost, ReplicationSeverity.Warning, error.Message, error: error);
    }

    private static bool IsOfFolder(ErrorCode code) => code is ErrorCode.DiskFull or ErrorCode.MetadataUnwritable or ErrorCode.MetadataCorrupt or ErrorCode.ReplicationAlreadyRunning;

    /// <summary>Whether who waits for a sync is told, and may ask again. A moment's trouble is over by the second try; a full disk may get room in some seconds.</summary>
    private bool MayRefuse(ErrorCode code) => code switch
    {
        ErrorCode.DatabaseError => _failures > 1,
        ErrorCode.DiskFull => environment.Time.GetElapsedTime(_vainSince) >= s_roomPatience,
        _ => IsOfFolder(code) && _vain > 1,
    };
}
