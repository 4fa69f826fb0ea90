using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>A snapshot that is being copied beside capture.</summary>
internal sealed class SnapshotJob : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _copy;

    private SnapshotJob(bool isFirst, Func<CancellationToken, Task> copy)
    {
        IsFirst = isFirst;
        _copy = copy(_stop.Token);
    }

    /// <summary>Whether it is its generation's first: nothing can be restored before it is there.</summary>
    public bool IsFirst { get; }

    /// <summary>Whether it has ended, either way.</summary>
    public bool IsCompleted => _copy.IsCompleted;

    /// <summary>Ends when the copy does; never fails.</summary>
    public Task Completion => _copy.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Begins to copy.</summary>
    /// <param name="view">The database at the start of the index; is disposed.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="index">The index.</param>
    /// <param name="time">The time of the view's commit.</param>
    /// <param name="isFirst">See <see cref="IsFirst"/>.</param>
    /// <param name="spool">Receives it.</param>
    /// <param name="events">Is told the progress.</param>
    /// <param name="background">Where the copy runs.</param>
    public static SnapshotJob Start(
        DatabaseView view, GenerationId generation, int index, DateTimeOffset time, bool isFirst, SpoolFolder spool, EventLog events,
        TaskScheduler background) =>
        new(isFirst, stop => Task.Factory.StartNew(
            () => SnapshotWriter.Write(view, generation, index, time, spool, ReportTo(events, view.Length), stop),
            CancellationToken.None, TaskCreationOptions.DenyChildAttach, background));

    /// <summary>Throws what ended the copy.</summary>
    public void ThrowIfFailed()
    {
        try
        {
            _copy.GetAwaiter().GetResult();
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, "spool", "write a snapshot", ErrorCode.MetadataUnwritable);
        }
    }

    /// <summary>Ends the copy and waits until it has let the database go.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        // its failure is of no interest any more; where the scheduler has not begun it, it runs, and ends, here
        _copy.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private static Action<long> ReportTo(EventLog events, long total)
    {
        const long Step = 16L << 20;
        var next = Step;
        return done =>
        {
            if (done < next && done < total) return;
            next = done + Step;
            events.WriteProgress(done, total);
        };
    }
}
