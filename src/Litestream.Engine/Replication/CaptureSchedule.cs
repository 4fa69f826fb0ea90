using Litestream.Engine.Capture;

namespace Litestream.Engine.Replication;

/// <summary>
/// When to look at the database, when to cut a segment, when to checkpoint. A first change after quiet is shipped at once, when
/// the burst it begins has ended; under steady writes one segment an interval. The faster the WAL grows, the sooner it is looked at again, so
/// that a checkpoint is not late. Pure: times come in from outside, and never go back.
/// </summary>
internal sealed class CaptureSchedule(ReplicationOptions options, DateTimeOffset start)
{
    /// <summary>The first try has the bulk to backfill and the next ones a few frames, so that they meet gaps between commits much more often.</summary>
    private const int TriesAtOnce = 4;

    /// <summary>After keeping writers out in vain, beside somebody else's checkpoint, they are let in for so many times as long, or until that has ended.</summary>
    private const int HoldPause = 4;

    /// <summary>What a writer without pause makes, as measured with one that commits small transactions: a burst of that begins at any time.</summary>
    private const double BurstFramesASecond = 50_000;

    private static readonly TimeSpan s_checkpointRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_othersCheckpointRetry = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestCheckpointRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_readerRetry = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestReaderRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_forceRetry = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_yieldAfter = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_shortestLook = TimeSpan.FromMilliseconds(5);

    /// <summary>After this time without a commit half of the former growth is still expected: a writer that was just kept waiting goes on.</summary>
    private static readonly TimeSpan s_growthHalfLife = TimeSpan.FromMilliseconds(500);

    /// <summary>What a checkpoint is expected to take before there was one.</summary>
    private static readonly TimeSpan s_usualCheckpoint = TimeSpan.FromMilliseconds(10);

    /// <summary>What it may take, whatever the last ones took, beside a writer that keeps the device busy.</summary>
    private static readonly TimeSpan s_checkpointBeside = TimeSpan.FromMilliseconds(25);

    /// <summary>What it takes where the device is busy otherwise.</summary>
    private static readonly TimeSpan s_slowCheckpoint = TimeSpan.FromMilliseconds(100);

    private DateTimeOffset? _firstSignal;
    private DateTimeOffset _lastSignal = start;
    private DateTimeOffset _lastMotion = start;
    private DateTimeOffset _lastLook = start;
    private DateTimeOffset _grownSince = start;
    private DateTimeOffset _lastCut = start - options.SyncInterval;
    private DateTimeOffset _nextCheckpoint = start;
    private DateTimeOffset _nextForce = start;
    private DateTimeOffset _nextRest = start;
    private DateTimeOffset _nextYield = start + s_yieldAfter;
    private TimeSpan _yieldInterval = s_yieldAfter;
    private TimeSpan _lookInterval = options.CaptureInterval;
    private TimeSpan _pollInterval = options.PollInterval;
    private TimeSpan _checkpointTime = s_usualCheckpoint;
    private double _framesASecond;
    private TimeSpan _checkpointRetry = s_checkpointRetry;
    private int _hindrances;
    private TimeSpan _readerRetry = s_readerRetry;
    private bool _wasInVain;
    private bool _hasFound = true;

    /// <summary>Whether a change is waiting to be captured or cut.</summary>
    public bool IsSignalled => _firstSignal is not null;

    /// <summary>Whether nobody tells of changes now, as they come all the time: then it is looked as often as where one was told.</summary>
    public bool IsUnwatched { get; set; }

    /// <summary>Whether each change is told at once: then the longer there is none, the more rarely is looked all the same.</summary>
    public bool IsToldAtOnce { get; set; }

    /// <summary>Notes a hint that the database has changed.</summary>
    public void Signal(DateTimeOffset now)
    {
        _firstSignal ??= now;
        _pollInterval = options.PollInterval;
        _lastSignal = now;
        Moved(now);
    }

    /// <summary>Notes that the database was looked at.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isOpen">Whether something is captured that is not yet cut.</param>
    /// <param name="captured">Frames that were new.</param>
    /// <param name="frames">Frames of the WAL that stand in the way of its restart; 0 when the next commit restarts it.</param>
    public void Looked(DateTimeOffset now, bool isOpen, uint captured, uint frames)
    {
        var isFirst = captured > 0 && now - _grownSince > options.CaptureInterval * 2;
        Grown(now, captured);
        if (IsUnwatched && captured > 0) Moved(now);
        // how fast it grows is known from the second look on, and a burst after quiet fills a WAL before the next usual one
        var isQuiet = isFirst || (IsUnwatched && captured == 0 && _hasFound);
        _hasFound = captured > 0;
        var usual = IntervalTo(frames < EarlyPageCount ? EarlyPageCount : options.ForcedCheckpointPageCount, frames);
        _lookInterval = Shorter(usual, isQuiet ? s_shortestLook : captured > 0 || IsUnwatched ? _lookInterval * 2 : usual);
        _lastLook = now;
        _pollInterval = Shorter(_pollInterval * 2, options.LongestPollInterval);
        if (isOpen) _firstSignal ??= now;
    }

    /// <summary>Notes how much was found written since the last time.</summary>
    /// <param name="now">The time.</param>
    /// <param name="frames">Frames that were new.</param>
    public void Grown(DateTimeOffset now, uint frames)
    {
        var elapsed = Math.Max((now - _grownSince).TotalSeconds, s_shortestLook.TotalSeconds);
        _framesASecond = Math.Max(frames / elapsed, _framesASecond * Math.Pow(0.5, elapsed / s_growthHalfLife.TotalSeconds));
        _grownSince = now;
    }

    /// <summary>Notes that a cut has taken all that was captured.</summary>
    /// <param name="now">The time when it began.</param>
    /// <param name="hadContent">Whether a segment comes of it.</param>
    public void Cut(DateTimeOffset now, bool hadContent)
    {
        _firstSignal = null;
        if (hadContent) _lastCut = now;
    }

    /// <summary>Whether what is captured is to be cut now.</summary>
    public bool IsCutDue(DateTimeOffset now) => _firstSignal is { } first && CutDue(first) <= now;

    /// <summary>Whether the WAL is to be looked at for want of any signal.</summary>
    public bool IsPollDue(DateTimeOffset now) => _firstSignal is null && NextPoll <= now;

    /// <summary>When there is something to do next.</summary>
    /// <param name="mayRest">Whether the reader could be brought to rest.</param>
    /// <param name="mayCut">Whether a cut could begin.</param>
    public DateTimeOffset NextDue(bool mayRest, bool mayCut = true)
    {
        if (_firstSignal is { } first)
        {
            var look = Later(first, _lastLook + _lookInterval);
            return mayCut ? Earlier(CutDue(first), look) : look;
        }

        return mayRest ? Earlier(Earlier(NextPoll, _nextYield), Later(_nextRest, _lastMotion + options.CheckpointQuietInterval)) : NextPoll;
    }

    /// <summary>Whether the database has been still for long enough to bring the reader to rest.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lastChange">When the last commit was seen; null if none was.</param>
    public bool IsRestDue(DateTimeOffset now, DateTimeOffset? lastChange) =>
        _nextRest <= now && _lastMotion + options.CheckpointQuietInterval <= now
        && (lastChange ?? DateTimeOffset.MinValue) + options.CheckpointQuietInterval <= now;

    /// <summary>Whether to see if our reader is in the way of somebody's checkpoint: writers that wait for that look like quiet. The longer
    /// it is quiet, the more rarely.</summary>
    public bool IsYieldDue(DateTimeOffset now) => _nextYield <= now;

    /// <summary>Notes that it was seen.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isMoved">Whether the reader was moved: such a checkpoint may wait for it once more.</param>
    public void Yielded(DateTimeOffset now, bool isMoved)
    {
        _yieldInterval = isMoved ? s_yieldAfter : _yieldInterval * 2;
        _nextYield = now + _yieldInterval;
    }

    /// <summary>Whether the WAL grows so fast that it would get too large while a checkpoint waits for a device that is busy otherwise.</summary>
    public bool GrowsFast => GrowthIn(s_slowCheckpoint) >= options.CheckpointPageCount / 2d;

    /// <summary>How hard to try to checkpoint a WAL of so many frames; null when that is not due. Writers are kept out where the WAL is too
    /// large, or would be by the end of a checkpoint without that.</summary>
    public CheckpointEffort? CheckpointDue(DateTimeOffset now, uint frames)
    {
        var (limit, force) = (options.ForcedCheckpointPageCount, _nextForce <= now);
        // a capture without that may be held up, too, and a WAL that is full in 10 ms does not wait
        if (force && GrowsFast && frames >= LeastPageCount && frames + GrowthIn(s_shortestLook + Longer(_checkpointTime, s_checkpointBeside)) >= limit) return CheckpointEffort.HoldingFirst;
        if (frames < EarlyPageCount) return null;
        if (force && GrowsFast && frames + GrowthIn(s_slowCheckpoint) >= limit) return CheckpointEffort.HoldingLast;
        if (force && frames + GrowthIn(s_shortestLook + _checkpointTime) >= limit) return CheckpointEffort.HoldingLast;
        return _nextCheckpoint <= now ? CheckpointEffort.Yielding : null;
    }

    /// <summary>How long a checkpoint may go on beside writers before the WAL is too large; a usual one may even where it is.</summary>
    /// <param name="frames">Its frames at the begin.</param>
    public TimeSpan TimeBeside(uint frames)
    {
        var left = TimeSpan.FromSeconds(Math.Min(Math.Max(0, options.ForcedCheckpointPageCount - (double)frames) / Math.Max(_framesASecond, 1), 3600));
        return left > s_usualCheckpoint ? left : s_usualCheckpoint;
    }

    /// <summary>Notes a try to checkpoint: after a failure somebody reads or writes all the time, so don't press.</summary>
    /// <param name="now">The time when it began.</param>
    /// <param name="took">How long it took.</param>
    /// <param name="effort">How hard it was tried.</param>
    /// <param name="outcome">What came of it.</param>
    public void Checkpointed(DateTimeOffset now, TimeSpan took, CheckpointEffort effort, CheckpointOutcome outcome)
    {
        // one that waited for another's checkpoint says nothing of the next
        _checkpointTime = Shorter(s_slowCheckpoint, took > _checkpointTime / 2 ? took : _checkpointTime / 2);
        var ended = now + took;
        // while writers are kept out nothing grows
        if (effort == CheckpointEffort.HoldingFirst) _grownSince = now + took;
        _nextCheckpoint = RetryAfter(effort, outcome) is { Ticks: > 0 } pause ? ended + pause : now;
        _nextForce = ForceAfter(now, took, effort, outcome);
        _wasInVain = outcome == CheckpointOutcome.HinderedByCheckpoint && (_wasInVain || effort != CheckpointEffort.Yielding);
        if (outcome == CheckpointOutcome.HinderedByReader) _readerRetry = Shorter(_readerRetry * 4, s_longestReaderRetry);
        else if (outcome == CheckpointOutcome.Rests) _readerRetry = s_readerRetry;
        _nextRest = now + options.CheckpointQuietInterval;
    }

    private DateTimeOffset ForceAfter(DateTimeOffset now, TimeSpan took, CheckpointEffort effort, CheckpointOutcome outcome) => outcome switch
    {
        CheckpointOutcome.HinderedByReader => now + took + _readerRetry, // it may be one of a moment
        CheckpointOutcome.HinderedByCheckpoint when effort != CheckpointEffort.Yielding => now + took + Longer(s_forceRetry, took * HoldPause), // that may take seconds
        CheckpointOutcome.HinderedByCheckpoint => _nextForce,
        CheckpointOutcome.Hindered when effort != CheckpointEffort.Yielding => now + took + s_forceRetry,
        _ => _wasInVain ? now : _nextForce,
    };

    private TimeSpan RetryAfter(CheckpointEffort effort, CheckpointOutcome outcome)
    {
        if (outcome == CheckpointOutcome.Rests)
        {
            (_hindrances, _checkpointRetry) = (0, s_checkpointRetry);
            return TimeSpan.Zero;
        }

        if (outcome == CheckpointOutcome.HinderedByReader) return s_longestCheckpointRetry;
        if (outcome == CheckpointOutcome.HinderedByCheckpoint && (_wasInVain || effort != CheckpointEffort.Yielding)) return s_othersCheckpointRetry;
        if (effort == CheckpointEffort.Yielding && ++_hindrances < TriesAtOnce) return TimeSpan.Zero;
        var retry = _checkpointRetry;
        (_hindrances, _checkpointRetry) = (0, Shorter(retry * 2, s_longestCheckpointRetry));
        return retry;
    }

    /// <summary>Notes a change, whoever told of it: from then on it is waited for quiet anew.</summary>
    private void Moved(DateTimeOffset now)
    {
        _lastMotion = now;
        _yieldInterval = s_yieldAfter;
        _nextYield = now + s_yieldAfter;
    }

    /// <summary>Before the application checkpoints by itself, which it does at the same size as a rule: then both would wait for the device, and for each other.</summary>
    private double EarlyPageCount => options.CheckpointPageCount * 0.75;

    /// <summary>For less than that writers are not kept out: it would cost them more than the checkpoints of their own that it spares them.</summary>
    private double LeastPageCount => Math.Min(options.CheckpointPageCount * 0.4, options.ForcedCheckpointPageCount);

    private DateTimeOffset NextPoll => _lastLook + (IsUnwatched ? _lookInterval : IsToldAtOnce ? _pollInterval : options.PollInterval);

    private double GrowthIn(TimeSpan time) => _framesASecond * time.TotalSeconds;

    private DateTimeOffset CutDue(DateTimeOffset first) =>
        Later(_lastCut + options.SyncInterval, Earlier(_lastSignal + options.QuietInterval, first + options.SyncInterval));

    /// <summary>Half of the time after which a WAL that grows like this has reached a size, or one in which a burst begins now is too large.</summary>
    private TimeSpan IntervalTo(double size, uint frames)
    {
        var longest = options.CaptureInterval.TotalSeconds;
        // whatever it was so far: a burst begins at any time
        var burst = Math.Max(0, options.ForcedCheckpointPageCount - (double)frames) / BurstFramesASecond;
        var seconds = Math.Min(Math.Max(0, size - frames) / Math.Max(_framesASecond, 1), burst) / 2;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, Math.Min(s_shortestLook.TotalSeconds, longest), longest));
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
