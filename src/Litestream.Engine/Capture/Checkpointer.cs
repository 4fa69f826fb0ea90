namespace Litestream.Engine.Capture;

/// <summary>
/// Keeps the application's WAL small. Housekeeping only: nothing here is needed for correctness, and while a lock is held nothing waits but
/// for a checkpoint of somebody else, for some milliseconds. No RESTART checkpoint is ever run: once the WAL is wholly backfilled and our reader has moved to slot 0, the next
/// writer restarts it by itself, just as it would without us.
/// </summary>
internal static class Checkpointer
{
    /// <summary>While writers are kept out the checkpoint of one of them ends before ours can: some 25 ms for a device that takes its time, 40 at most. Were
    /// they let in before, the WAL would grow from there.</summary>
    private const int PatienceWhileAlone = 4;

    /// <summary>Hands over, captures, backfills, and moves the reader to slot 0 if everything could be backfilled.</summary>
    /// <param name="session">The database.</param>
    /// <param name="sink">Receives the frames.</param>
    /// <param name="effort">Whether writers are kept out. An application that wants to upgrade a read transaction in that moment gets
    /// SQLITE_BUSY at once: only for a WAL that does not get small otherwise.</param>
    /// <param name="patience">How much longer than usual to look for a gap between two commits.</param>
    /// <param name="beside">How long the bulk may be backfilled beside writers, if they are kept out at the last: a device that takes longer does
    /// not let the WAL grow meanwhile. Null for as long as it takes.</param>
    public static CheckpointOutcome TryRest(CaptureSession session, IFrameSink sink, CheckpointEffort effort, int patience = 1, TimeSpan? beside = null)
    {
        using var late = effort == CheckpointEffort.HoldingLast && beside is { } limit ? session.Writers.TakeAfter(limit, patience) : null;
        if (effort != CheckpointEffort.HoldingFirst)
        {
            var outcome = TryRest(session, sink, isAlone: false);
            if (outcome == CheckpointOutcome.Rests || effort == CheckpointEffort.Yielding) return outcome;
            // what came meanwhile need not be captured under the lock; once, as a writer may be as fast as we are
            _ = session.TryCapture(sink);
        }

        // those that were kept out meanwhile may have been let in again, where the device took long
        using var writers = late?.Take() is { IsHeld: true } held ? held : session.Writers.TryTake(patience);
        return writers is null ? CheckpointOutcome.Hindered : TryRest(session, sink, isAlone: true);
    }

    /// <summary>Moves the reader on where a FULL, RESTART or TRUNCATE of somebody else may wait for it, and with it all writers. Backfills nothing.</summary>
    /// <returns>Whether it was moved.</returns>
    public static bool TryYield(CaptureSession session, IFrameSink sink)
    {
        if (session.TryCapture(sink) is null || session.AskWhetherInTheWay() is not { } answer || !TryFollow(session, sink)) return false;
        session.RestAfter(answer);
        return true;
    }

    /// <summary>Leaves slot 0: under a reader there, each commit of an application whose WAL is beyond its autocheckpoint limit
    /// tries in vain to checkpoint it.</summary>
    public static void LeaveRest(CaptureSession session, IFrameSink sink) => TryFollow(session, sink);

    /// <param name="session">The database.</param>
    /// <param name="sink">Receives the frames.</param>
    /// <param name="isAlone">Whether nobody can commit meanwhile.</param>
    private static CheckpointOutcome TryRest(CaptureSession session, IFrameSink sink, bool isAlone)
    {
        if (session.TryCapture(sink) is null || !TryFollow(session, sink)) return CheckpointOutcome.Hindered;
        var patience = isAlone ? PatienceWhileAlone : 1;
        var answer = session.Checkpoint(patience);
        // beside others our reader may have got an older mark than it could have: it is the one that is in the way then
        if (isAlone && answer is { IsBusy: false, IsComplete: false } && TryFollow(session, sink)) answer = session.Checkpoint(patience);
        if (answer.IsBusy) return CheckpointOutcome.HinderedByCheckpoint;
        if (!answer.IsComplete) return isAlone ? CheckpointOutcome.HinderedByReader : CheckpointOutcome.Hindered;
        if (!TryFollow(session, sink)) return CheckpointOutcome.Hindered;
        session.RestAfter(answer);
        return session.Rest.IsWhole ? CheckpointOutcome.Rests : CheckpointOutcome.Hindered;
    }

    private static bool TryFollow(CaptureSession session, IFrameSink sink) =>
        session.TryHandOver() && session.TryCapture(sink) is not null;
}
