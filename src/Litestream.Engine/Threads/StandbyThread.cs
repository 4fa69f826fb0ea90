namespace Litestream.Engine.Threads;

/// <summary>Hands one of <see cref="StandbyThreads"/> what it is to do.</summary>
internal sealed class StandbyThread
{
    private readonly object _gate = new();
    private Action? _work;

    /// <summary>Gives it something, if it has nothing.</summary>
    public void Give(Action work)
    {
        lock (_gate)
        {
            _work = work;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for that, on the thread.</summary>
    /// <param name="longest">For so long.</param>
    /// <returns>Null if nothing came.</returns>
    public Action? TryTake(TimeSpan longest)
    {
        lock (_gate)
        {
            if (_work is null) Monitor.Wait(_gate, longest);
            (var work, _work) = (_work, null);
            return work;
        }
    }
}
