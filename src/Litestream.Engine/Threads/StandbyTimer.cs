namespace Litestream.Engine.Threads;

/// <summary>A timer of <see cref="StandbyTime"/>.</summary>
/// <param name="time">Sets it.</param>
/// <param name="number">Tells it from others that are due at the same time.</param>
/// <param name="fire">What it begins; throws nothing.</param>
internal sealed class StandbyTimer(StandbyTime time, long number, Action fire) : ITimer
{
    private bool _isDisposed;

    /// <summary>The first to fire first.</summary>
    public static IComparer<StandbyTimer> ByDueTime { get; } = Comparer<StandbyTimer>.Create((a, b) => (a.Due, a._number).CompareTo((b.Due, b._number)));

    /// <summary>What it begins.</summary>
    public Action Fire { get; } = fire;

    /// <summary>When it fires, in the system's milliseconds. Changed by <see cref="StandbyTime"/> alone, while it is not set.</summary>
    public long Due { get; set; }

    /// <summary>How often from then on; null for once.</summary>
    public TimeSpan? Period { get; set; }

    private readonly long _number = number;

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_isDisposed) return false;
        time.Set(this, IsNever(dueTime) ? null : dueTime, IsNever(period) || period == TimeSpan.Zero ? null : period);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        time.Set(this, null, null);
    }

    /// <summary>Does not wait for what it has begun.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private static bool IsNever(TimeSpan span) => span == Timeout.InfiniteTimeSpan;
}
