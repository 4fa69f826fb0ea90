using Litestream.Engine.Errors;

namespace Litestream.Engine.Replication;

/// <summary>
/// How long is waited for a database that can't be opened, and who is told. At the start of a replication whoever started it gets an
/// error, at once where waiting is in vain. Once the database was open, an event tells, and it is waited for without end.
/// </summary>
/// <param name="options">Whether a database that is not there may be waited for.</param>
/// <param name="events">Is told.</param>
/// <param name="wasOpen">Whether the replication had the database open before.</param>
/// <param name="start">The time.</param>
internal sealed class OpenPatience(ReplicationOptions options, EventLog events, bool wasOpen, DateTimeOffset start)
{
    /// <summary>How long a lock is waited for at the start, and how long an application that begins a database may take to switch it to
    /// WAL mode.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private const int IntervalsBeforeError = 3;

    private DateTimeOffset _ends = start + s_limit;
    private DateTimeOffset _since;
    private Obstacle? _told;
    private bool _isNew;
    private bool _isError;

    /// <summary>How long to wait before the next try.</summary>
    public TimeSpan Wait(DateTimeOffset now) => now <= _ends ? options.CaptureInterval : options.PollInterval;

    /// <summary>Bears an obstacle: tells it once, and once more where it lasts and is an error.</summary>
    /// <param name="obstacle">What is in the way.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it was told just now.</returns>
    /// <exception cref="LitestreamException">Nobody waits for that.</exception>
    public bool Bear(Obstacle obstacle, DateTimeOffset now)
    {
        if (!wasOpen && !MayWait(obstacle, now)) throw obstacle.Error!;
        // whoever closes the database, or recovers it, locks it for a moment
        if (wasOpen && obstacle.IsLock && now - start < options.SyncInterval) return false;
        if (obstacle.IsAbsence) (_isNew, _ends) = (true, now + s_limit);
        if (_told is null || _told.Error?.Code != obstacle.Error?.Code)
        {
            (_told, _since, _isError) = (obstacle, now, false);
            Tell(obstacle, wasOpen ? ReplicationSeverity.Warning : ReplicationSeverity.Information);
            return true;
        }

        // not at once: an application that makes its database anew begins with a short file and a rollback journal
        if (!wasOpen || _isError || obstacle.IsAbsence || now - _since < options.SyncInterval * IntervalsBeforeError) return false;
        _isError = true;
        Tell(obstacle, ReplicationSeverity.Error);
        return true;
    }

    private bool MayWait(Obstacle obstacle, DateTimeOffset now) => obstacle switch
    {
        { Error: null } => true,
        { Error.Code: ErrorCode.DatabaseNotFound } => options.WaitForDatabase,
        { IsLock: true } => now <= _ends,
        // whoever has just begun to make the database may be about to switch it to WAL mode
        _ => _isNew && now <= _ends,
    };

    private void Tell(Obstacle obstacle, ReplicationSeverity severity) =>
        events.Write(ReplicationEventKind.Waiting, severity, $"{obstacle.Message} Waiting for it.", error: obstacle.Error);
}
