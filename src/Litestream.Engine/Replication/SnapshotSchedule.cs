using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>When a further snapshot of a generation is due: an interval after the newest one that some replica holds, and at least
/// as often as retention needs one to let go what is before it. Safe for concurrent use.</summary>
/// <param name="options">The intervals.</param>
/// <param name="environment">Time.</param>
internal sealed class SnapshotSchedule(ReplicationOptions options, EngineEnvironment environment)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMinutes(1);

    private readonly object _lock = new();
    private readonly SteadyClock _clock = new(environment.Time);
    private (GenerationId Generation, int Index)? _newest;
    private DateTimeOffset _due;

    private TimeSpan? Interval => options.SnapshotInterval < options.Retention ? options.SnapshotInterval : options.Retention ?? options.SnapshotInterval;

    /// <summary>Notes a snapshot that is there.</summary>
    /// <param name="generation">Its generation.</param>
    /// <param name="index">Its index.</param>
    /// <param name="time">The time it carries.</param>
    public void Note(GenerationId generation, int index, DateTimeOffset time)
    {
        lock (_lock)
        {
            if (Interval is not { } interval || _newest is { } known && known.Generation == generation && known.Index >= index) return;
            _newest = (generation, index);
            // whatever clock stamped it, the next one comes within an interval
            var age = environment.Time.GetUtcNow() - time;
            _due = After(age <= TimeSpan.Zero ? interval : age >= interval ? TimeSpan.Zero : interval - age);
        }
    }

    /// <summary>Whether a snapshot is due. Never before any is known of the generation, and not where nothing has come since then.</summary>
    /// <param name="generation">The present generation.</param>
    /// <param name="position">How far it is captured.</param>
    public bool IsDue(GenerationId generation, Position position)
    {
        lock (_lock)
            return _newest is { } known && known.Generation == generation && position > new Position(known.Index, 0) && _due <= _clock.Now;
    }

    /// <summary>Lets a snapshot that failed be tried again later.</summary>
    /// <returns>How long until then.</returns>
    public TimeSpan Postpone()
    {
        lock (_lock)
        {
            var wait = s_retry < Interval ? s_retry : Interval ?? s_retry;
            _due = After(wait);
            return wait;
        }
    }

    private DateTimeOffset After(TimeSpan wait) => wait < DateTimeOffset.MaxValue - _clock.Now ? _clock.Now + wait : DateTimeOffset.MaxValue;
}
