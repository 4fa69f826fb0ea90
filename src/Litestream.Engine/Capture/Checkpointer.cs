namespace Litestream.Engine.Capture;

/// <summary>
/// Keeps the application's WAL small. Housekeeping only: nothing here is needed for correctness, and nothing waits while a lock
/// is held. No RESTART checkpoint is ever run: once the WAL is wholly backfilled and our reader has moved to slot 0, the next
/// writer restarts it by itself, just as it would without us.
/// </summary>
internal static class Checkpointer
{
    /// <summary>Hands over, captures, backfills, and moves the reader to slot 0 if everything could be backfilled.</summary>
    /// <returns>Whether the reader rests in slot 0 now.</returns>
    public static bool TryRest(CaptureSession session, IFrameSink sink)
    {
        if (session.TryCapture(sink) is null || !TryFollow(session, sink)) return false;
        var answer = session.Checkpoint();
        if (!answer.IsComplete || !TryFollow(session, sink)) return false;
        session.RestAfter(answer);
        return session.IsResting;
    }

    /// <summary>As <see cref="TryRest"/>, but at the last with the write lock, which keeps writers from adding frames in between. An
    /// application that wants to upgrade a read transaction in that moment gets SQLITE_BUSY at once: only for a WAL that does
    /// not get small otherwise. The bulk is captured and backfilled before, so that the lock is held for a moment.</summary>
    public static bool TryForceRest(CaptureSession session, IFrameSink sink)
    {
        if (TryRest(session, sink)) return true;
        using var writers = session.TryHoldWriters();
        return writers is not null && TryRest(session, sink);
    }

    /// <summary>Leaves slot 0: under a reader there, each commit of an application whose WAL is beyond its autocheckpoint limit
    /// tries in vain to checkpoint it.</summary>
    public static void LeaveRest(CaptureSession session, IFrameSink sink) => TryFollow(session, sink);

    private static bool TryFollow(CaptureSession session, IFrameSink sink) =>
        session.TryHandOver() && session.TryCapture(sink) is not null;
}
