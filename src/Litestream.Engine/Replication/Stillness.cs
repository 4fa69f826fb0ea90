namespace Litestream.Engine.Replication;

/// <summary>How long something that has work has stood still.</summary>
/// <param name="time">The clock.</param>
/// <param name="since">Timestamp from which on it is watched.</param>
internal sealed class Stillness(TimeProvider time, long since)
{
    private long _movedAt = since;
    private object? _progress;
    private bool _hasLooked;

    /// <summary>Looks.</summary>
    /// <param name="hasWork">Whether it ought to move.</param>
    /// <param name="progress">Changes whenever it moves.</param>
    /// <returns>The time since it was last seen to move, or to have nothing to do.</returns>
    public TimeSpan Look(bool hasWork, object? progress)
    {
        if (!hasWork || _hasLooked && !Equals(progress, _progress)) _movedAt = time.GetTimestamp();
        (_progress, _hasLooked) = (progress, true);
        return time.GetElapsedTime(_movedAt);
    }
}
