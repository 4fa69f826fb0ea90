namespace Litestream.Engine.Replication;

/// <summary>
/// When to look at the database, when to cut a segment, when to checkpoint. A first change after quiet is shipped at once, when
/// the burst it begins has ended; under steady writes one segment an interval. The faster the WAL grows, the sooner it is looked at again, so
/// that a checkpoint is not late. Pure: times come in from outside, and never go back.
/// </summary>
internal sealed class CaptureSchedule(ReplicationOptions options, DateTimeOffset start)
{
    private static readonly TimeSpan s_checkpointRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_forceRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_shortestLook = TimeSpan.FromMilliseconds(5);

    private DateTimeOffset? _firstSignal;
    private DateTimeOffset _lastSignal = start;
    private DateTimeOffset _lastLook = start;
    private DateTimeOffset _lastCut = start - options.SyncInterval;
    private DateTimeOffset _nextCheckpoint = start;
    private DateTimeOffset _nextForce = start;
    private DateTimeOffset _nextRest = start;
    private TimeSpan _lookInterval = options.CaptureInterval;

    /// <summary>Whether a change is waiting to be captured or cut.</summary>
    public bool IsSignalled => _firstSignal is not null;

    /// <summary>Notes a hint that the database has changed.</summary>
    public void Signal(DateTimeOffset now)
    {
        _firstSignal ??= now;
        _lastSignal = now;
    }

    /// <summary>Notes that the database was looked at.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isOpen">Whether something is captured that is not yet cut.</param>
    /// <param name="captured">Frames that were new.</param>
    /// <param name="frames">Frames of the WAL that stand in the way of its restart; 0 when the next commit restarts it.</param>
    public void Looked(DateTimeOffset now, bool isOpen, uint captured, uint frames)
    {
        _lookInterval = IntervalFor(captured / Math.Max((now - _lastLook).TotalSeconds, s_shortestLook.TotalSeconds), frames);
        _lastLook = now;
        if (isOpen) _firstSignal ??= now;
    }

    /// <summary>Notes that all that was captured is cut.</summary>
    /// <param name="now">The time.</param>
    /// <param name="hadContent">Whether a segment came of it.</param>
    public void Cut(DateTimeOffset now, bool hadContent)
    {
        _firstSignal = null;
        if (hadContent) _lastCut = now;
    }

    /// <summary>Whether what is captured is to be cut now.</summary>
    public bool IsCutDue(DateTimeOffset now) => _firstSignal is { } first && CutDue(first) <= now;

    /// <summary>Whether the WAL is to be looked at for want of any signal.</summary>
    public bool IsPollDue(DateTimeOffset now) => _firstSignal is null && _lastLook + options.PollInterval <= now;

    /// <summary>When there is something to do next.</summary>
    /// <param name="mayRest">Whether the reader could be brought to rest.</param>
    public DateTimeOffset NextDue(bool mayRest)
    {
        if (_firstSignal is { } first) return Earlier(CutDue(first), Later(first, _lastLook + _lookInterval));
        var poll = _lastLook + options.PollInterval;
        return mayRest ? Earlier(poll, Later(_nextRest, _lastSignal + options.CheckpointQuietInterval)) : poll;
    }

    /// <summary>Whether the database has been still for long enough to bring the reader to rest.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lastChange">When the last commit was seen; null if none was.</param>
    public bool IsRestDue(DateTimeOffset now, DateTimeOffset? lastChange) =>
        _nextRest <= now && _lastSignal + options.CheckpointQuietInterval <= now
        && (lastChange ?? DateTimeOffset.MinValue) + options.CheckpointQuietInterval <= now;

    /// <summary>Whether a WAL of so many frames is to be checkpointed.</summary>
    public bool IsCheckpointDue(DateTimeOffset now, uint frames) =>
        frames >= options.CheckpointPageCount && (_nextCheckpoint <= now || IsForceDue(now, frames));

    /// <summary>Whether a WAL of so many frames is to be checkpointed with the help of the write lock.</summary>
    public bool IsForceDue(DateTimeOffset now, uint frames) => frames >= options.ForcedCheckpointPageCount && _nextForce <= now;

    /// <summary>Notes a try to checkpoint: after a failure somebody reads or writes all the time, so don't press.</summary>
    /// <param name="now">The time.</param>
    /// <param name="succeeded">Whether the next commit restarts the WAL.</param>
    /// <param name="wasForced">Whether the write lock was to help.</param>
    public void Checkpointed(DateTimeOffset now, bool succeeded, bool wasForced)
    {
        _nextCheckpoint = succeeded ? now : now + s_checkpointRetry;
        if (wasForced && !succeeded) _nextForce = now + s_forceRetry;
        _nextRest = now + options.CheckpointQuietInterval;
    }

    private DateTimeOffset CutDue(DateTimeOffset first) =>
        Later(_lastCut + options.SyncInterval, Earlier(_lastSignal + options.QuietInterval, first + options.SyncInterval));

    /// <summary>Half of the time after which a WAL that grows like this has reached the next threshold.</summary>
    private TimeSpan IntervalFor(double framesASecond, uint frames)
    {
        if (framesASecond <= 0) return options.CaptureInterval;
        var threshold = frames < options.CheckpointPageCount ? options.CheckpointPageCount : options.ForcedCheckpointPageCount;
        var seconds = Math.Max(0, threshold - (double)frames) / framesASecond / 2;
        var longest = options.CaptureInterval.TotalSeconds;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, Math.Min(s_shortestLook.TotalSeconds, longest), longest));
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
