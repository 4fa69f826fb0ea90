using Litestream.Engine.Files;

namespace Litestream.Engine.Threads;

/// <summary>The system's time, with timers that need no thread of .NET's pool: a loop that waits for the next look, many times a second, goes on where the timer has fired. To be used with
/// <c>ConfigureAwait(false)</c>.</summary>
/// <param name="threads">Run what timers begin.</param>
internal sealed class StandbyTime(StandbyThreads threads) : TimeProvider
{
    private readonly SortedSet<StandbyTimer> _timers = new(StandbyTimer.ByDueTime);
    private bool _isStarted;
    private long _count;

    /// <summary>That of this process.</summary>
    public static StandbyTime OfProcess { get; } = new(StandbyThreads.ForTimers);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var context = ExecutionContext.Capture();
        Action fire = context is null ? () => callback(state) : () => ExecutionContext.Run(context, s => callback(s), state);
        var timer = new StandbyTimer(this, Interlocked.Increment(ref _count), fire);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Sets a timer.</summary>
    /// <param name="timer">Which.</param>
    /// <param name="dueTime">When it fires, from now; null for never.</param>
    /// <param name="period">How often from then on; null for once.</param>
    internal void Set(StandbyTimer timer, TimeSpan? dueTime, TimeSpan? period)
    {
        lock (_timers)
        {
            _timers.Remove(timer);
            if (dueTime is not { } due) return;
            (timer.Due, timer.Period) = (Environment.TickCount64 + (long)Math.Ceiling(due.TotalMilliseconds), period);
            _timers.Add(timer);
            if (!_isStarted) Start();
            else if (_timers.Min == timer) Monitor.Pulse(_timers);
        }
    }

    private void Start()
    {
        SeparateDescriptors.EnsureOnNone();
        new Thread(Serve) { IsBackground = true, Name = "LitestreamTimer" }.UnsafeStart();
        _isStarted = true;
    }

    private void Serve()
    {
        while (true)
        {
            var fire = TakeDue().Fire;
            try
            {
                threads.Run(fire);
            }
            catch (OutOfMemoryException)
            {
                // the system gives no more threads; the pool has some
                ThreadPool.UnsafeQueueUserWorkItem(static begin => begin(), fire, preferLocal: false);
            }
        }
    }

    private StandbyTimer TakeDue()
    {
        lock (_timers)
        {
            while (WaitForNext() is not 0 and var wait) Monitor.Wait(_timers, wait);
            var due = _timers.Min!;
            Set(due, due.Period, due.Period);
            return due;
        }
    }

    /// <summary>Milliseconds until a timer is due, 0 if one is; <see cref="Timeout.Infinite"/> if none is set.</summary>
    private int WaitForNext() => _timers.Min is { } first ? (int)Math.Clamp(first.Due - Environment.TickCount64, 0, int.MaxValue) : Timeout.Infinite;
}
