namespace Litestream.Simulation.Machines;

/// <summary>The machine's time: goes on when somebody says so. Timers fire only when their owner runs.</summary>
internal sealed class Clock : TimeProvider
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<SimulatedTimer> _timers = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public TimeSpan Elapsed => TimeSpan.FromTicks(_ticks);

    /// <summary>Another clock that shows the same, with nobody waiting.</summary>
    public Clock Fork() => new() { _ticks = _ticks };

    /// <summary>When the next timer is due; null without any.</summary>
    public TimeSpan? NextDue => _timers.Count == 0 ? null : TimeSpan.FromTicks(_timers.Min(t => t.Due));

    public override DateTimeOffset GetUtcNow() => s_start.AddTicks(_ticks);

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan time) => _ticks += time.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Fires the timers that are due, on this thread.</summary>
    public void FireDue()
    {
        foreach (var timer in _timers.Where(t => t.Due <= _ticks).OrderBy(t => t.Due).ToList())
            if (_timers.Remove(timer)) timer.Callback(timer.State);
    }

    /// <summary>Those who waited are dead.</summary>
    public void Clear() => _timers.Clear();

    private sealed class SimulatedTimer(Clock clock, TimerCallback callback, object? state) : ITimer
    {
        public TimerCallback Callback => callback;

        public object? State => state;

        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock._timers.Remove(this);
            if (dueTime == Timeout.InfiniteTimeSpan) return true;
            Due = clock._ticks + dueTime.Ticks;
            clock._timers.Add(this);
            return true;
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
