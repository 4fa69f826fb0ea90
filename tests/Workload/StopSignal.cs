namespace Litestream.Workload;

/// <summary>When a client ends: after a time, or when its standard input is closed.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly ManualResetEventSlim _stop = new();
    private readonly Timer _deadline;

    /// <summary>Begins to wait for the end.</summary>
    /// <param name="duration">At most so long; null for as long as standard input is open.</param>
    public StopSignal(TimeSpan? duration)
    {
        _deadline = new(_ => _stop.Set(), null, duration ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (duration is not null) return;
        new Thread(WaitForEndOfInput) { IsBackground = true }.Start();
    }

    public bool IsSet => _stop.IsSet;

    /// <summary>Waits so long, or until the end.</summary>
    /// <returns>Whether the end has come.</returns>
    public bool Wait(TimeSpan time) => _stop.Wait(time);

    public void Dispose() => _deadline.Dispose();

    private void WaitForEndOfInput()
    {
        while (Console.In.ReadLine() is not null)
        {
            // only the end counts
        }

        _stop.Set();
    }
}
