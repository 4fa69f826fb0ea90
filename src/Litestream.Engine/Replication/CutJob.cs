using Litestream.Engine.Format;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>Segments that are being made durable beside capture: a device that takes its time does not keep it from looking.</summary>
internal sealed class CutJob
{
    private readonly WalStreamWriter _stream;
    private readonly Task _work;

    private CutJob(WalStreamWriter stream, Position end, Task work) => (_stream, End, _work) = (stream, end, work);

    /// <summary>The stream's end with them.</summary>
    public Position End { get; }

    /// <summary>Whether it has ended, either way.</summary>
    public bool IsCompleted => _work.IsCompleted;

    /// <summary>Begins.</summary>
    /// <param name="stream">The segments. Nobody else touches them any more.</param>
    /// <param name="state">The state that counts them.</param>
    /// <param name="spool">Receives them.</param>
    /// <param name="background">Where it runs.</param>
    /// <param name="ended">Is called, on any thread, when it has ended.</param>
    public static CutJob Start(WalStreamWriter stream, SpoolState state, SpoolFolder spool, TaskScheduler background, Action ended)
    {
        var work = Task.Factory.StartNew(
            () =>
            {
                DevicePatience.End();
                spool.Commit(stream, state);
            }, CancellationToken.None, TaskCreationOptions.DenyChildAttach, background);
        _ = work.ContinueWith(_ => ended(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return new(stream, state.Head.Position, work);
    }

    /// <summary>Waits for the end.</summary>
    /// <exception cref="DeviceHangsException">It does not come.</exception>
    public void Wait() => DevicePatience.Wait(_work);

    /// <summary>Throws what went wrong, when it has ended: then what did not get its name is deleted.</summary>
    public void Finish()
    {
        try
        {
            _work.GetAwaiter().GetResult();
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }
}
