using System.Runtime.ExceptionServices;

namespace Litestream.Simulation.Tests;

/// <summary>Runs the simulation where no synchronization context moves the engine's continuations to another thread.</summary>
internal static class SimulatedThread
{
    private const int StackSize = 64 << 20;

    public static T Run<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, StackSize);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
