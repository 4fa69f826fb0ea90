using Litestream.Engine.Capture;
using Litestream.Engine.Format;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>The one snapshot that may be copied beside capture, and what became of the last.</summary>
/// <param name="spool">Receives it.</param>
/// <param name="events">Is told the progress.</param>
/// <param name="background">Where the copy runs.</param>
internal sealed class SnapshotInProgress(SpoolFolder spool, EventLog events, TaskScheduler background)
{
    private volatile SnapshotJob? _job;

    /// <summary>Is called, on any thread, when a snapshot is ready or has failed.</summary>
    public Action Ended { get; set; } = () => { };

    /// <summary>Whether one is being copied or waits to be reaped.</summary>
    public bool Exists => _job is not null;

    /// <summary>Whether one is being copied.</summary>
    public bool IsCopying => _job is { IsCompleted: false };

    /// <summary>Bytes of the database that are copied; null if none is being copied. Safe to ask from any thread.</summary>
    public long? Bytes => _job is { IsCompleted: false } job ? job.BytesCopied : null;

    /// <summary>How far the first one of the present generation is; null if it is not being copied. Safe to ask from any thread.</summary>
    public SnapshotCopy? First => _job is { IsFirst: true, IsCompleted: false } job ? job.Progress : null;

    /// <summary>Whether the first one of the present generation could not be made.</summary>
    public bool LacksFirst { get; private set; }

    /// <summary>Whether the first one of the present generation is not there yet: it is being copied, or that failed.</summary>
    public bool ExpectsFirst => _job is { IsFirst: true } || LacksFirst;

    /// <summary>Begins to copy.</summary>
    /// <param name="view">The database at the start of the index; is disposed when the copy has ended.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="index">The index.</param>
    /// <param name="time">The time of the view's commit.</param>
    /// <param name="isFirst">Whether it is the generation's first.</param>
    public void Start(DatabaseView view, GenerationId generation, int index, DateTimeOffset time, bool isFirst)
    {
        LacksFirst = false;
        _job = SnapshotJob.Start(view, generation, index, time, isFirst, spool, events, background);
        _ = _job.Completion.ContinueWith(_ => Ended(), TaskScheduler.Default);
    }

    /// <summary>Ends one that is ready or has failed.</summary>
    /// <returns>Whether one became ready.</returns>
    /// <exception cref="ContinuityLostException">The view did not hold.</exception>
    /// <exception cref="Errors.LitestreamException">It could not be written.</exception>
    public bool Reap()
    {
        if (_job is not { IsCompleted: true } job) return false;
        _job = null;
        LacksFirst = job.IsFirst;
        using (job) job.Publish();
        LacksFirst = false;
        return true;
    }

    /// <summary>Waits until the first one is ready if it is being copied: without it a generation is worth nothing. A further one is not
    /// waited for.</summary>
    public async Task FinishFirstAsync(CancellationToken cancellationToken)
    {
        if (_job is not { IsFirst: true } job) return;
        await job.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        Reap();
    }

    /// <summary>Lets the database go, whatever the device of the spool does; <see cref="End"/> has to follow.</summary>
    public void LetGo() => _job?.LetGo();

    /// <summary>Ends one that is being copied. Where that is the first one, its generation is worth nothing.</summary>
    public void End()
    {
        if (_job is not { } job) return;
        LacksFirst |= job.IsFirst;
        job.End();
        _job = null; // whether or not its file can be deleted
        job.Dispose();
    }
}
