namespace Litestream.Engine.Tests.Replication;

/// <summary>A clock that runs ten times as fast as the system's: for tests of what takes long.</summary>
internal sealed class QuickTime : TimeProvider
{
    private const int Speed = 10;

    private readonly DateTimeOffset _began = System.GetUtcNow();
    private long _skipped;

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _began + (System.GetUtcNow() - _began) * Speed + TimeSpan.FromSeconds(Skipped / (double)TimestampFrequency);

    public override long GetTimestamp() => System.GetTimestamp() * Speed + Skipped;

    /// <summary>Lets a time pass at once. Timers do not notice.</summary>
    public void Skip(TimeSpan time) => Interlocked.Add(ref _skipped, (long)(time.TotalSeconds * TimestampFrequency));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Quick(dueTime), Quick(period));

    private long Skipped => Interlocked.Read(ref _skipped);

    private static TimeSpan Quick(TimeSpan time) => time > TimeSpan.Zero ? time / Speed : time;
}
