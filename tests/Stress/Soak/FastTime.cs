namespace Litestream.Stress.Soak;

/// <summary>A clock that runs many times as fast as the system's, so that a run of minutes sees weeks.</summary>
/// <param name="speed">How many times.</param>
internal sealed class FastTime(int speed) : TimeProvider
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1); // the system's timers know no less
    private readonly DateTimeOffset _began = System.GetUtcNow();
    private readonly long _timestamp = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    /// <summary>How much of its time has passed.</summary>
    public TimeSpan Elapsed => System.GetElapsedTime(_timestamp) * speed;

    /// <summary>How much of its time passes in a time.</summary>
    public TimeSpan In(TimeSpan time) => time * speed;

    public override DateTimeOffset GetUtcNow() => _began + Elapsed;

    public override long GetTimestamp() => _timestamp + (System.GetTimestamp() - _timestamp) * speed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Fast(dueTime), Fast(period)), Fast);

    private TimeSpan Fast(TimeSpan time) => time <= TimeSpan.Zero ? time : time / speed is var fast && fast < s_shortest ? s_shortest : fast;

    private sealed class FastTimer(ITimer timer, Func<TimeSpan, TimeSpan> fast) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(fast(dueTime), fast(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
