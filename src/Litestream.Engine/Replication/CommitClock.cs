namespace Litestream.Engine.Replication;

/// <summary>The times of commits, as objects carry them. They never go back in a stream, whatever the clock does: restores to a time go by
/// them. Where the clock is behind, somebody is told, as such restores can't tell commits apart then.</summary>
/// <param name="time">The clock.</param>
/// <param name="events">Is told.</param>
internal sealed class CommitClock(TimeProvider time, EventLog events)
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(1);

    private bool _isBehind;

    /// <summary>When the last commit was seen; null before the first.</summary>
    public DateTimeOffset? LastSeen { get; private set; }

    /// <summary>The time of the last commit that was recorded.</summary>
    public DateTimeOffset Last { get; private set; }

    /// <summary>Notes that a commit is seen now.</summary>
    public void Seen() => LastSeen = time.GetUtcNow();

    /// <summary>Takes note of what a former run recorded.</summary>
    public void Resume(DateTimeOffset last) => Last = Later(last, Last);

    /// <summary>The time of what is recorded now.</summary>
    public DateTimeOffset ForCommit()
    {
        var now = LastSeen ?? time.GetUtcNow();
        WarnWhereBehind(now);
        return Last = Later(now, Last);
    }

    /// <summary>The time at which a generation begins: later than all before, so that the latest one is the newest by time too.</summary>
    public DateTimeOffset ForGeneration()
    {
        var now = time.GetUtcNow();
        WarnWhereBehind(now);
        return Last = Later(now, Last + s_step);
    }

    private void WarnWhereBehind(DateTimeOffset now)
    {
        var wasBehind = _isBehind;
        _isBehind = now + s_tolerance < Last;
        if (_isBehind && !wasBehind)
            events.Write(ReplicationEventKind.ClockBehind, ReplicationSeverity.Warning,
                $"The clock shows {now:u}, and commits were recorded up to {Last:u}: until it has passed that, all commits get that time, and a restore to a time can't tell them apart. Restore by index and offset instead.");
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
