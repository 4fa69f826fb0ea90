namespace Litestream.Engine.Replication;

/// <summary>Timers of .NET count whole milliseconds and drop the rest: whoever waited for less would not wait at all, and look at the clock again and again until the time has come.</summary>
internal static class TimerSteps
{
    /// <summary>The next whole number of milliseconds.</summary>
    /// <param name="time">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> stays that.</param>
    public static TimeSpan InTimerSteps(this TimeSpan time) => TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds));
}
