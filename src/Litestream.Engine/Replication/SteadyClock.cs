namespace Litestream.Engine.Replication;

/// <summary>Tells a time that passes as time passes, whatever anybody sets the system's clock to: for waiting, not for showing.</summary>
/// <param name="time">The clock.</param>
internal sealed class SteadyClock(TimeProvider time)
{
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly long _timestamp = time.GetTimestamp();

    /// <summary>The system's time when this was made, and what has passed since then.</summary>
    public DateTimeOffset Now => _began + time.GetElapsedTime(_timestamp);
}
