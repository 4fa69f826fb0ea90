namespace Litestream.Engine.Tests.Replication;

/// <summary>The system's clock, on which a limit of a second or more never runs out: for tests that a shorter one goes.</summary>
internal sealed class ShortTimersTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new ShortTimer(base.CreateTimer(callback, state, Bounded(dueTime), period));

    private static TimeSpan Bounded(TimeSpan dueTime) => dueTime >= TimeSpan.FromSeconds(1) ? Timeout.InfiniteTimeSpan : dueTime;

    private sealed class ShortTimer(ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Bounded(dueTime), period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
