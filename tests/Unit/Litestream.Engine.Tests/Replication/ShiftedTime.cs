namespace Litestream.Engine.Tests.Replication;

/// <summary>The system's clock, set by somebody: what it shows jumps, timers do not, and elapsed time only where a test skips some.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _ticks;
    private long _skipped;

    public TimeSpan Shift
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _ticks));
        set => Volatile.Write(ref _ticks, value.Ticks);
    }

    /// <summary>Lets time pass that nobody waited for.</summary>
    public void Skip(TimeSpan time)
    {
        Shift += time;
        Interlocked.Add(ref _skipped, (long)(time.TotalSeconds * TimestampFrequency));
    }

    public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref _skipped);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
