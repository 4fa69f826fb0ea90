using Litestream.Engine.Errors;
using Litestream.Fuzz.Targets;

namespace Litestream.Fuzz.Fuzzing;

/// <summary>Gives one input to one target, and judges.</summary>
internal static class Execution
{
    /// <summary>Runs it.</summary>
    /// <returns>What is wrong; null if nothing.</returns>
    public static Exception? Run(IFuzzTarget target, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
        }
        catch (LitestreamException)
        {
            // the way to refuse an input
        }
        catch (Exception e)
        {
            return e;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= target.MemoryFor(input.Length) ? null
            : new UnexpectedResultException($"{allocated} bytes were allocated for {input.Length} bytes of input, more than {target.MemoryFor(input.Length)}.");
    }
}
