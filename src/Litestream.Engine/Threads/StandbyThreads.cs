using Litestream.Engine.Files;

namespace Litestream.Engine.Threads;

/// <summary>Threads that stay for what comes next, and sleep until then. Those of .NET's pool may all be waiting for something, and one that has nothing to do looks for work for half a millisecond before it
/// sleeps: more than most of what is done here costs. A new thread for each would cost more still.</summary>
/// <param name="name">How they are named.</param>
/// <param name="rest">One that has had nothing to do for so long ends.</param>
/// <param name="most">How many there may be; what comes beyond that goes to the pool.</param>
internal sealed class StandbyThreads(string name, TimeSpan rest, int most = int.MaxValue)
{
    private readonly List<StandbyThread> _idle = [];
    private int _threads;

    /// <summary>For what a device may never answer: as many as there are questions. They serve all databases of the process; each has one question at a time.</summary>
    public static StandbyThreads ForDevices { get; } = new("LitestreamDevice", TimeSpan.FromSeconds(5));

    /// <summary>For what a timer begins.</summary>
    public static StandbyThreads ForTimers { get; } = new("LitestreamLoop", TimeSpan.FromSeconds(30), 2 * Environment.ProcessorCount);

    /// <summary>How many have nothing to do.</summary>
    public int Idle
    {
        get
        {
            lock (_idle) return _idle.Count;
        }
    }

    /// <summary>Runs something on one of them, at once: where all are busy another one is started.</summary>
    /// <param name="work">What.</param>
    /// <returns>Its result, or its failure.</returns>
    /// <exception cref="OutOfMemoryException">The system gives no more threads.</exception>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Run(() =>
        {
            try
            {
                result.SetResult(work());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task;
    }

    /// <summary>The same for what tells of its end by itself.</summary>
    /// <param name="work">Throws nothing.</param>
    /// <exception cref="OutOfMemoryException">The system gives no more threads.</exception>
    public void Run(Action work)
    {
        SeparateDescriptors.EnsureOnNone();
        lock (_idle)
        {
            // the last one that became idle: so those that many at once have needed do end
            if (_idle.Count > 0)
            {
                _idle[^1].Give(work);
                _idle.RemoveAt(_idle.Count - 1);
                return;
            }

            if (_threads == most)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static todo => todo(), work, preferLocal: false);
                return;
            }

            _threads++;
        }

        try
        {
            // without the caller's context: the thread outlives him
            new Thread(() => Serve(work)) { IsBackground = true, Name = name }.UnsafeStart();
        }
        catch
        {
            lock (_idle) _threads--;
            throw;
        }
    }

    private void Serve(Action first)
    {
        var thread = new StandbyThread();
        for (var work = first; ;)
        {
            work();
            lock (_idle) _idle.Add(thread);
            if (thread.TryTake(rest) is not { } next)
            {
                lock (_idle)
                {
                    if (_idle.Remove(thread))
                    {
                        _threads--;
                        return;
                    }
                }

                next = thread.TryTake(Timeout.InfiniteTimeSpan)!; // it was just given something
            }

            work = next;
        }
    }
}
