using Litestream.Engine.Capture;
using Litestream.Engine.Errors;

namespace Litestream.Engine.Replication;

/// <summary>Lets a database go of which it is no longer sure that all was captured: the next opening finds out what is missing, or begins a generation.</summary>
/// <param name="recorder">Has it open.</param>
/// <param name="source">Opens it again.</param>
/// <param name="syncs">Who waits for a sync.</param>
/// <param name="requests">Are told where only a new generation helps.</param>
/// <param name="events">Is told.</param>
internal sealed class ContinuityLoss(DatabaseRecorder recorder, SourceOpener source, SyncRequests syncs, GenerationRequests requests, EventLog events)
{
    /// <summary>Lets it go, unless the doubt can be dispelled at once.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="stop">Ends the reading of all of the database.</param>
    public void Handle(ContinuityLostException reason, CancellationToken stop)
    {
        syncs.GoBack();
        var more = "";
        switch (reason)
        {
            case DatabaseOverwrittenException:
                if (recorder.Former.TryTrust(stop)) return;
                (source.WhyUnsure, source.IsUnsettled) = (reason.Message, true);
                more = RemoveFormerWal();
                break;
            case UnseenWalException or DatabaseUnreadableException:
                recorder.Unseen = (reason as UnseenWalException)?.Wal;
                (source.WhyUnsure, source.IsUnsettled) = (reason.Message, true);
                break;
            case WalReplacedException:
                recorder.Former.KeepIndex();
                (source.WhyUnsure, source.IsUnsettled) = (reason.Message, true);
                break;
            case LocksLostException: break; // the WAL itself can prove that nothing was missed
            case DatabaseReplacedException:
                requests.Require(reason.Message);
                source.IsUnsettled = true;
                if (CaptureLast()) more = RemoveFormerWal();
                break;
            default: source.WhyUnsure = reason.Message; break;
        }

        try
        {
            recorder.CloseSession();
        }
        finally
        {
            // told when the files are let go, so that whoever hears of it finds them free
            events.Write(reason is LocksLostException ? ReplicationEventKind.LocksLost : ReplicationEventKind.ContinuityLost,
                ReplicationSeverity.Warning, $"Continuity is in doubt: {reason.Message}.{more}", error: reason);
        }
    }

    /// <summary>Where nobody uses the former database any more its WAL would only harm the new one. What is left of it is refused by whoever opens that.</summary>
    /// <returns>What there is to tell of it.</returns>
    private string RemoveFormerWal()
    {
        try
        {
            return recorder.TryCloseWithoutWal()
                ? " The WAL of the former one, all of which is captured, is removed, as the last close of an application would have done: SQLite would apply it to the new file." : "";
        }
        catch (LitestreamException e)
        {
            return $" {e.Message} {e.Hint}";
        }
    }

    /// <summary>What was committed before the database went is still in the files that our connections hold.</summary>
    /// <returns>Whether all of it is recorded.</returns>
    private bool CaptureLast()
    {
        try
        {
            recorder.Segments.SettleLast();
            recorder.Former.CaptureLast();
            return true;
        }
        catch (Exception e) when (e is ContinuityLostException || SpoolErrors.IsRecoverable(e))
        {
            recorder.Segments.Rewind();
            events.Write(ReplicationEventKind.ContinuityLost, ReplicationSeverity.Warning,
                $"What was committed right before the database went could not be recorded, if anything was: {e.Message}", error: e);
            return false;
        }
    }
}
