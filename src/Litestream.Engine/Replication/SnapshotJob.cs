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
    private readonly SpoolFolder _spool;
    private readonly EventLog _events;
    private readonly SnapshotView _view;
    private readonly Task<SpooledSnapshot> _copy;
    private readonly long _length;
    private readonly long _began;
    private long _bytesCopied;
    private bool _isTaken;

    private SnapshotJob(bool isFirst, SpoolFolder spool, EventLog events, SnapshotView view, Func<SnapshotJob, Task<SpooledSnapshot>> copy)
    {
        IsFirst = isFirst;
        (_spool, _events, _view, _length, _began) = (spool, events, view, view.Length, events.Timestamp);
        _copy = copy(this);
    }

    /// <summary>Bytes of the database copied so far. Safe to ask from any thread.</summary>
    public long BytesCopied => Interlocked.Read(ref _bytesCopied);

    /// <summary>How far it is. Safe to ask from any thread.</summary>
    public SnapshotCopy Progress => new(BytesCopied, _length, _events.ElapsedSince(_began));

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
        new(isFirst, spool, events, new(view), job => Task.Factory.StartNew(
            () =>
            {
                DevicePatience.End();
                return SnapshotWriter.Write(job._view, generation, index, time, spool, job.Report(), job._stop.Token);
            }, CancellationToken.None, TaskCreationOptions.DenyChildAttach, background));

    /// <summary>Gives the snapshot its name and offers it to the replicas; throws what ended the copy. The page map of a generation's first
    /// snapshot is durable before that: whoever finds a generation that can be restored can reconcile it too.</summary>
    public void Publish()
    {
        try
        {
            var snapshot = _copy.GetAwaiter().GetResult();
            if (IsFirst) _spool.Adopt(snapshot.Pages);
            _spool.CommitSnapshot(snapshot.Content);
            _isTaken = true;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, "spool", "write a snapshot", ErrorCode.MetadataUnwritable);
        }
    }

    /// <summary>Lets the database go, whatever the device does with what is written to it: a copy that has not read all of it fails.</summary>
    public void LetGo() => _view.Dispose();

    /// <summary>Ends the copy and waits until it has let the database go.</summary>
    /// <exception cref="DeviceHangsException">It does not end.</exception>
    public void End()
    {
        _stop.Cancel();
        // its failure is of no interest any more; where the scheduler has not begun it, it runs, and ends, here
        DevicePatience.Wait(_copy);
    }

    /// <summary>Ends it. A snapshot that was not published is deleted.</summary>
    public void Dispose()
    {
        End();
        _stop.Dispose();
        if (!_isTaken && _copy.IsCompletedSuccessfully)
            _spool.AbandonSnapshot(_copy.Result.Content.Generation, _copy.Result.Content.Start.Index);
    }

    private Action<long> Report()
    {
        const long Step = 16L << 20;
        var next = Step;
        return done =>
        {
            Interlocked.Exchange(ref _bytesCopied, done);
            if (done < next && done < _length) return;
            next = done + Step;
            _events.WriteProgress(done, _length, _began);
        };
    }
}
