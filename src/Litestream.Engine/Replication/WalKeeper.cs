using Litestream.Engine.Capture;
using Litestream.Engine.Errors;

namespace Litestream.Engine.Replication;

/// <summary>Keeps the application's WAL small, and notices one that is not the application's any more.</summary>
/// <param name="options">When.</param>
/// <param name="recorder">Does it.</param>
/// <param name="events">Is told what fails.</param>
/// <param name="time">Measures how long a checkpoint takes.</param>
internal sealed class WalKeeper(ReplicationOptions options, DatabaseRecorder recorder, EventLog events, TimeProvider time)
{
    private LitestreamException? _checkpointError;
    private DateTimeOffset? _foreignSince;

    /// <summary>Checkpoints before what is new is captured, where the WAL grows so fast that it would get too large during that capture: then
    /// the capture is made while writers are kept out.</summary>
    /// <param name="now">The time.</param>
    /// <param name="schedule">Says when, and is told.</param>
    /// <returns>Whether something new was captured with it.</returns>
    public bool KeepAhead(DateTimeOffset now, CaptureSchedule schedule)
    {
        if (!schedule.GrowsFast || recorder.TryLook() is not { New: > 0 } look || schedule.CheckpointDue(now, look.Frames) != CheckpointEffort.HoldingFirst) return false;
        schedule.Grown(now, look.New);
        Checkpoint(now, schedule, CheckpointEffort.HoldingFirst);
        return true;
    }

    /// <summary>Checkpoints where that is due, and gets out of the way of others' checkpoints.</summary>
    /// <param name="now">The time.</param>
    /// <param name="schedule">Says when, and is told.</param>
    /// <param name="lastChange">When the last commit was seen.</param>
    public void Keep(DateTimeOffset now, CaptureSchedule schedule, DateTimeOffset? lastChange)
    {
        if (recorder.IsResting) return;
        var due = schedule.CheckpointDue(now, recorder.WalFrames) ?? (schedule.IsRestDue(now, lastChange) ? CheckpointEffort.Yielding : null);
        if (due is not null)
        {
            for (; due is { } effort; due = recorder.IsResting ? null : schedule.CheckpointDue(now, recorder.WalFrames)) Checkpoint(now, schedule, effort);
        }
        else if (schedule.IsYieldDue(now))
        {
            schedule.Yielded(now, recorder.TryYield());
        }
        else
        {
            return;
        }

        if (recorder.Segments.HasOpenSegment) schedule.Signal(now);
        Report(recorder.CheckpointError);
    }

    private void Checkpoint(DateTimeOffset now, CaptureSchedule schedule, CheckpointEffort effort)
    {
        var began = time.GetTimestamp();
        var outcome = recorder.TryRest(effort, schedule.TimeBeside(recorder.WalFrames));
        // the WAL is small now, and writers are let in; a cut that goes on may hang, and what is captured then does not touch the device
        if (effort != CheckpointEffort.Yielding && !recorder.Segments.HasCut) recorder.Segments.WriteFull();
        schedule.Checkpointed(now, time.GetElapsedTime(began), effort, outcome);
    }

    /// <summary>Notes that a capture succeeded.</summary>
    public void Captured() => _foreignSince = null;

    /// <summary>A WAL that for long does not belong to its wal-index was replaced, or that was. As long as we hold the wal-index, SQLite does
    /// not make it anew.</summary>
    /// <param name="now">The time of a capture that did not succeed.</param>
    /// <exception cref="ContinuityLostException">It has been so for three sync intervals.</exception>
    public void EndWhereStuck(DateTimeOffset now)
    {
        if (!recorder.IsWalForeign) _foreignSince = null;
        else if (now - (_foreignSince ??= now) >= options.SyncInterval * 3)
        {
            _foreignSince = null;
            var error = new LitestreamException(ErrorCode.ReplicationStalled, $"The WAL of '{options.DatabasePath}' does not belong to its -shm.",
                options.DatabasePath, "If one of them was replaced, end all applications that use the database, and start them again.");
            events.Write(ReplicationEventKind.Stalled, ReplicationSeverity.Error, error.Message, error: error);
            throw new ContinuityLostException("the WAL does not belong to its -shm");
        }
    }

    /// <summary>Tells once that the database file can't be checkpointed: capture and shipping go on.</summary>
    private void Report(LitestreamException? error)
    {
        if (error is not null && _checkpointError is null)
            events.Write(ReplicationEventKind.CheckpointFailed, ReplicationSeverity.Warning, $"{error.Message} {error.Hint}", error: error);
        _checkpointError = error;
    }
}
