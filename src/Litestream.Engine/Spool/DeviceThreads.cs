namespace Litestream.Engine.Spool;

/// <summary>Threads for what a device may never answer: those of the pool may all be waiting, and a new one for each question costs more than most of the questions. They serve all databases of the process; each has one
/// question at a time.</summary>
/// <param name="rest">A thread that has had nothing to do for so long ends.</param>
internal sealed class DeviceThreads(TimeSpan rest)
{
    private readonly object _gate = new();
    private readonly Queue<Action> _waiting = new();
    private int _idle;

    /// <summary>Those of this process.</summary>
    public static DeviceThreads OfProcess { get; } = new(TimeSpan.FromSeconds(5));

    /// <summary>How many have nothing to do.</summary>
    public int Idle
    {
        get
        {
            lock (_gate) return _idle;
        }
    }

    /// <summary>Runs something on one of them, at once: where all wait for a device another one is started.</summary>
    /// <param name="work">What.</param>
    /// <returns>Its result, or its failure.</returns>
    /// <exception cref="OutOfMemoryException">The system gives no more threads.</exception>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Do()
        {
            try
            {
                result.SetResult(work());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        }

        lock (_gate)
        {
            if (_waiting.Count < _idle)
            {
                _waiting.Enqueue(Do);
                Monitor.Pulse(_gate);
                return result.Task;
            }
        }

        // without the caller's context: the thread outlives him
        new Thread(() => Serve(Do)) { IsBackground = true, Name = "LitestreamDevice" }.UnsafeStart();
        return result.Task;
    }

    private void Serve(Action first)
    {
        for (Action? work = first; work is not null; work = TryTakeWork()) work();
    }

    private Action? TryTakeWork()
    {
        lock (_gate)
        {
            _idle++;
            while (_waiting.Count == 0)
            {
                if (Monitor.Wait(_gate, rest) || _waiting.Count > 0) continue;
                _idle--;
                return null;
            }

            _idle--;
            return _waiting.Dequeue();
        }
    }
}
