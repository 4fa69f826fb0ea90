using Litestream.Engine.Errors;

namespace Litestream.Engine.Replication;

/// <summary>Takes snapshots of the present generation beside its first one. One that fails is tried again: the generation can be
/// restored without it.</summary>
/// <param name="recorder">Makes them.</param>
/// <param name="schedule">Says when.</param>
/// <param name="events">Is told of failures.</param>
internal sealed class FurtherSnapshots(DatabaseRecorder recorder, SnapshotSchedule schedule, EventLog events)
{
    private (int Index, DateTimeOffset Time)? _taking;

    /// <summary>Whether one is to be taken.</summary>
    public bool IsDue => recorder is { ExpectsSnapshot: false, Generation: { } generation, Position: { } position } && schedule.IsDue(generation, position);

    /// <summary>Ends a snapshot that is ready or has failed, the first one too, and begins one that is due. Nothing while a cut
    /// is not settled.</summary>
    /// <exception cref="Capture.ContinuityLostException">Something was or may have been missed.</exception>
    /// <exception cref="LitestreamException">The first one could not be written, or a segment.</exception>
    public void Step()
    {
        // its page map and the state of a cut go into the same journal, and a device that hangs is not to be waited for with the view of another one open
        if (recorder.Segments.HasCut) return;
        Reap();
        if (IsDue && recorder.TryTakeSnapshot() is { } index) _taking = (index, recorder.Segments.SnapshotTime);
    }

    private void Reap()
    {
        var isFirst = recorder.ExpectsSnapshot;
        try
        {
            if (!recorder.Snapshot.Reap() || isFirst || _taking is not { } taken) return;
            schedule.Note(recorder.Generation!.Value, taken.Index, taken.Time);
        }
        catch (LitestreamException e) when (!isFirst)
        {
            var wait = schedule.Postpone();
            events.Write(ReplicationEventKind.RetryScheduled, ReplicationSeverity.Warning,
                $"A further snapshot failed. {e.Message} {e.Hint} Next try in {wait.InSeconds()}.", error: e);
        }

        _taking = null;
    }
}
