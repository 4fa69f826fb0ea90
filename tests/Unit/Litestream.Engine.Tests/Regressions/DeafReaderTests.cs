using Litestream.Engine.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: while nobody told of changes, as they came all the time, the schedule knew of none. Somebody's TRUNCATE that
/// kept all writers waiting for our reader was looked for after a second instead of after 50 ms, and the loop spun between two commits.</summary>
public sealed class DeafReaderTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly CaptureSchedule _schedule = new(new() { DatabasePath = "/app.db" }, s_start) { IsUnwatched = true };

    [Fact]
    public void Whether_somebody_waits_for_the_reader_is_seen_soon_after_the_last_change_that_a_look_has_found()
    {
        WriteSteadily();
        Assert.False(_schedule.IsYieldDue(At(10_049)));
        Assert.True(_schedule.IsYieldDue(At(10_050)));
    }

    [Fact]
    public void Between_two_commits_there_is_a_pause()
    {
        WriteSteadily();
        Assert.InRange(_schedule.NextDue(mayRest: true), At(10_005), At(10_050));
    }

    /// <summary>A commit at every look for 10 s.</summary>
    private void WriteSteadily()
    {
        for (var ms = 50; ms <= 10_000; ms += 50)
        {
            _schedule.Looked(At(ms), isOpen: true, captured: 1, frames: 1);
            if (_schedule.IsCutDue(At(ms))) _schedule.Cut(At(ms), hadContent: true);
            if (_schedule.IsYieldDue(At(ms))) _schedule.Yielded(At(ms), isMoved: false);
        }

        _schedule.Cut(At(10_000), hadContent: true);
    }

    private static DateTimeOffset At(int milliseconds) => s_start.AddMilliseconds(milliseconds);
}
