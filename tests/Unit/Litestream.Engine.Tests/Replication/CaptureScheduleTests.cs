using Litestream.Engine.Capture;
using Litestream.Engine.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class CaptureScheduleTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly ReplicationOptions s_options = new()
    {
        DatabasePath = "/app.db",
        SyncInterval = TimeSpan.FromMilliseconds(1000),
        QuietInterval = TimeSpan.FromMilliseconds(20),
        CaptureInterval = TimeSpan.FromMilliseconds(100),
        PollInterval = TimeSpan.FromMilliseconds(700),
        CheckpointQuietInterval = TimeSpan.FromMilliseconds(5000),
        CheckpointPageCount = 1000,
        ForcedCheckpointPageCount = 10_000,
    };

    private readonly CaptureSchedule _schedule = new(s_options, s_start);

    [Fact]
    public void A_first_change_is_cut_when_it_has_been_quiet()
    {
        _schedule.Signal(At(300));
        Assert.False(_schedule.IsCutDue(At(319)));
        Assert.True(_schedule.IsCutDue(At(320)));
    }

    [Fact]
    public void A_burst_is_cut_when_it_ends()
    {
        for (var ms = 300; ms <= 500; ms += 10) _schedule.Signal(At(ms));
        Assert.False(_schedule.IsCutDue(At(519)));
        Assert.True(_schedule.IsCutDue(At(520)));
    }

    [Fact]
    public void A_burst_without_end_is_cut_once_an_interval()
    {
        for (var ms = 300; ms <= 1400; ms += 10) _schedule.Signal(At(ms));
        Assert.True(_schedule.IsCutDue(At(1300)));
        _schedule.Cut(At(1400), hadContent: true);
        for (var ms = 1410; ms <= 2390; ms += 10)
        {
            _schedule.Signal(At(ms));
            Assert.False(_schedule.IsCutDue(At(ms)));
        }

        Assert.True(_schedule.IsCutDue(At(2410)));
    }

    [Fact]
    public void Where_each_change_is_told_it_is_looked_more_and_more_rarely()
    {
        _schedule.IsToldAtOnce = true;
        var looks = new List<int>();
        for (var ms = 0; looks.Count < 6; ms += 100)
        {
            if (!_schedule.IsPollDue(At(ms))) continue;
            looks.Add(ms);
            _schedule.Looked(At(ms), isOpen: false, captured: 0, frames: 0);
        }

        Assert.Equal([700, 2100, 4900, 10_500, 17_500, 24_500], looks);

        _schedule.Signal(At(25_000));
        _schedule.Cut(At(25_100), hadContent: true);
        _schedule.IsToldAtOnce = false;
        _schedule.Looked(At(25_100), isOpen: false, captured: 3, frames: 0);
        Assert.True(_schedule.IsPollDue(At(25_800)));
    }

    [Fact]
    public void A_change_soon_after_a_cut_waits_for_the_interval()
    {
        _schedule.Cut(At(100), hadContent: true);
        _schedule.Signal(At(200));
        Assert.False(_schedule.IsCutDue(At(1099)));
        Assert.True(_schedule.IsCutDue(At(1100)));
    }

    [Fact]
    public void A_cut_without_content_delays_nothing()
    {
        _schedule.Cut(At(100), hadContent: false);
        _schedule.Signal(At(200));
        Assert.True(_schedule.IsCutDue(At(220)));
    }

    [Fact]
    public void Without_a_signal_nothing_is_cut()
    {
        Assert.False(_schedule.IsCutDue(At(100_000)));
        _schedule.Signal(At(100_000));
        _schedule.Cut(At(100_020), hadContent: true);
        Assert.False(_schedule.IsCutDue(At(200_000)));
    }

    [Fact]
    public void What_a_look_has_found_is_cut_without_a_signal()
    {
        _schedule.Looked(At(500), isOpen: true, captured: 0, frames: 0);
        Assert.True(_schedule.IsCutDue(At(520)));
    }

    [Fact]
    public void A_change_is_remembered_until_it_is_cut()
    {
        Assert.False(_schedule.IsSignalled);
        _schedule.Signal(At(100));
        _schedule.Looked(At(110), isOpen: false, captured: 0, frames: 0);
        Assert.True(_schedule.IsSignalled);
        _schedule.Cut(At(120), hadContent: false);
        Assert.False(_schedule.IsSignalled);
    }

    [Fact]
    public void A_poll_is_due_when_nothing_was_looked_at_for_long()
    {
        Assert.False(_schedule.IsPollDue(At(699)));
        Assert.True(_schedule.IsPollDue(At(700)));
        _schedule.Looked(At(700), isOpen: false, captured: 0, frames: 0);
        Assert.False(_schedule.IsPollDue(At(1399)));
        Assert.True(_schedule.IsPollDue(At(1400)));
    }

    [Fact]
    public void A_signal_takes_the_place_of_a_poll()
    {
        _schedule.Signal(At(700));
        Assert.False(_schedule.IsPollDue(At(10_000)));
    }

    [Fact]
    public void NextDue_is_the_poll_when_nothing_happens()
    {
        Assert.Equal(At(700), _schedule.NextDue(mayRest: false));
        _schedule.Yielded(At(650), isMoved: false);
        Assert.Equal(At(700), _schedule.NextDue(mayRest: true));
    }

    [Fact]
    public void NextDue_is_the_rest_when_that_comes_before_the_poll()
    {
        _schedule.Looked(At(4900), isOpen: false, captured: 0, frames: 0);
        _schedule.Yielded(At(4950), isMoved: false);
        Assert.Equal(At(5000), _schedule.NextDue(mayRest: true));
        Assert.Equal(At(5600), _schedule.NextDue(mayRest: false));
    }

    [Fact]
    public void NextDue_is_the_end_of_quiet_after_a_first_change()
    {
        _schedule.Looked(At(290), isOpen: false, captured: 0, frames: 0);
        _schedule.Signal(At(300));
        Assert.Equal(At(320), _schedule.NextDue(mayRest: true));
    }

    [Fact]
    public void NextDue_is_the_next_capture_under_steady_writes()
    {
        _schedule.Cut(At(300), hadContent: true);
        _schedule.Signal(At(310));
        _schedule.Looked(At(310), isOpen: true, captured: 0, frames: 0);
        _schedule.Signal(At(320));
        Assert.Equal(At(410), _schedule.NextDue(mayRest: true));
    }

    [Fact]
    public void NextDue_is_at_once_when_a_change_waited_for_a_capture()
    {
        _schedule.Cut(At(250), hadContent: true);
        _schedule.Signal(At(300));
        Assert.Equal(At(300), _schedule.NextDue(mayRest: true));
    }

    [Fact]
    public void Whether_somebody_waits_for_the_reader_is_seen_soon_after_a_change_and_then_more_rarely()
    {
        _schedule.Signal(At(1000));
        _schedule.Looked(At(1020), isOpen: false, captured: 1, frames: 1);
        _schedule.Cut(At(1020), hadContent: true);
        Assert.False(_schedule.IsYieldDue(At(1049)));
        Assert.True(_schedule.IsYieldDue(At(1050)));
        Assert.Equal(At(1050), _schedule.NextDue(mayRest: true));
        _schedule.Yielded(At(1050), isMoved: false);
        Assert.False(_schedule.IsYieldDue(At(1149)));
        _schedule.Yielded(At(1150), isMoved: false);
        Assert.False(_schedule.IsYieldDue(At(1349)));
        _schedule.Yielded(At(1350), isMoved: true);
        Assert.True(_schedule.IsYieldDue(At(1400)));
        _schedule.Yielded(At(1400), isMoved: false);
        _schedule.Signal(At(1450));
        Assert.False(_schedule.IsYieldDue(At(1499)));
        Assert.True(_schedule.IsYieldDue(At(1500)));
    }

    [Fact]
    public void A_rest_is_due_after_quiet()
    {
        _schedule.Signal(At(1000));
        Assert.False(_schedule.IsRestDue(At(5999), lastChange: null));
        Assert.True(_schedule.IsRestDue(At(6000), lastChange: null));
        Assert.False(_schedule.IsRestDue(At(6999), lastChange: At(2000)));
        Assert.True(_schedule.IsRestDue(At(7000), lastChange: At(2000)));
    }

    [Theory]
    [InlineData(CheckpointOutcome.Rests)]
    [InlineData(CheckpointOutcome.Hindered)]
    internal void A_rest_is_not_tried_again_at_once(CheckpointOutcome outcome)
    {
        Checkpointed(6000, CheckpointEffort.Yielding, outcome);
        Assert.False(_schedule.IsRestDue(At(10_999), lastChange: null));
        Assert.True(_schedule.IsRestDue(At(11_000), lastChange: null));
    }

    [Fact]
    public void A_checkpoint_is_due_before_an_application_makes_it_itself()
    {
        Assert.Null(_schedule.CheckpointDue(At(10), 749));
        Assert.Equal(CheckpointEffort.Yielding, _schedule.CheckpointDue(At(10), 750));
    }

    [Fact]
    public void A_checkpoint_that_met_no_gap_is_tried_again_some_times_at_once_and_then_more_and_more_rarely()
    {
        foreach (var (at, next) in new[] { (100, 150), (150, 250), (250, 450), (450, 850), (850, 1350), (1350, 1850) })
        {
            for (var tries = 0; tries < 4; tries++)
            {
                Assert.Equal(CheckpointEffort.Yielding, _schedule.CheckpointDue(At(at), 5000));
                Checkpointed(at, CheckpointEffort.Yielding, CheckpointOutcome.Hindered);
            }

            Assert.Null(_schedule.CheckpointDue(At(next - 1), 5000));
        }

        Checkpointed(1850, CheckpointEffort.Yielding, CheckpointOutcome.Rests);
        Assert.Equal(CheckpointEffort.Yielding, _schedule.CheckpointDue(At(1850), 5000));
        Hinder(1850);
        Assert.Null(_schedule.CheckpointDue(At(1899), 5000));
        Assert.Equal(CheckpointEffort.Yielding, _schedule.CheckpointDue(At(1900), 5000));
    }

    [Fact]
    public void Where_a_checkpoint_meets_no_gap_nobody_is_kept_out_before_the_WAL_would_get_too_large()
    {
        _schedule.Looked(At(100), isOpen: true, captured: 80, frames: 750); // the first threshold is passed before the next try
        Hinder(100);
        Assert.Null(_schedule.CheckpointDue(At(100), 9900));
        Assert.Equal(CheckpointEffort.HoldingLast, _schedule.CheckpointDue(At(100), 9999));
    }

    [Theory]
    [InlineData(0, 0, 100)]
    [InlineData(10, 10, 100)] // 100 frames a second: far from any threshold
    [InlineData(500, 500, 25)] // 5000 a second: the first threshold is reached in 50 ms
    [InlineData(500, 745, 5)]
    [InlineData(2000, 2000, 100)] // beyond the first threshold, it is the second one that counts
    [InlineData(50_000, 9900, 5)]
    [InlineData(50_000, 20_000, 5)]
    public void A_WAL_that_grows_fast_is_looked_at_again_the_sooner(uint captured, uint frames, int expected)
    {
        _schedule.Cut(At(100), hadContent: true);
        _schedule.Looked(At(100), isOpen: true, captured, frames);
        Assert.Equal(At(100 + expected), _schedule.NextDue(mayRest: false));
    }

    [Fact]
    public void A_WAL_beyond_the_second_threshold_does_not_wait_for_the_next_try()
    {
        Hinder(100);
        Assert.Null(_schedule.CheckpointDue(At(110), 9999));
        Assert.Equal(CheckpointEffort.HoldingLast, _schedule.CheckpointDue(At(110), 10_000));
        Checkpointed(110, CheckpointEffort.HoldingLast, CheckpointOutcome.Hindered);
        Assert.Null(_schedule.CheckpointDue(At(129), 10_000));
        Assert.Equal(CheckpointEffort.HoldingLast, _schedule.CheckpointDue(At(130), 10_000));
    }

    [Fact]
    public void A_reader_in_the_way_is_given_more_time_than_a_writer()
    {
        Checkpointed(100, CheckpointEffort.HoldingLast, CheckpointOutcome.HinderedByReader);
        Assert.Null(_schedule.CheckpointDue(At(199), 10_000));
        Assert.Equal(CheckpointEffort.HoldingLast, _schedule.CheckpointDue(At(200), 10_000));
    }

    [Fact]
    public void A_WAL_that_would_grow_too_large_during_a_checkpoint_is_not_left_to_its_writers()
    {
        _schedule.Looked(At(100), isOpen: true, captured: 400, frames: 1000); // 4 a ms
        Checkpointed(100, CheckpointEffort.Yielding, CheckpointOutcome.Rests, took: 5);
        Assert.Equal(CheckpointEffort.Yielding, _schedule.CheckpointDue(At(100), 9959));
        Assert.Equal(CheckpointEffort.HoldingLast, _schedule.CheckpointDue(At(100), 9960));
        Checkpointed(100, CheckpointEffort.Yielding, CheckpointOutcome.Rests, took: 20);
        Assert.Equal(CheckpointEffort.Yielding, _schedule.CheckpointDue(At(100), 9899));
        Assert.Equal(CheckpointEffort.HoldingLast, _schedule.CheckpointDue(At(100), 9900));
    }

    [Fact]
    public void A_WAL_that_a_slow_device_would_let_get_too_large_is_checkpointed_before_its_application_does_and_without_writers_at_the_last()
    {
        var schedule = FastGrowing();
        Assert.Null(schedule.CheckpointDue(At(100), 749));
        Assert.Equal(CheckpointEffort.HoldingLast, schedule.CheckpointDue(At(100), 1000));
        schedule.Checkpointed(At(100), TimeSpan.Zero, CheckpointEffort.HoldingLast, CheckpointOutcome.Hindered);
        Assert.Null(schedule.CheckpointDue(At(119), 999));
        Assert.Equal(CheckpointEffort.HoldingLast, schedule.CheckpointDue(At(120), 1000));
    }

    [Fact]
    public void A_WAL_that_is_nearly_too_large_and_grows_fast_is_checkpointed_without_writers()
    {
        var schedule = FastGrowing();
        Assert.Equal(CheckpointEffort.HoldingLast, schedule.CheckpointDue(At(100), 1424));
        Assert.Equal(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(100), 1425));
    }

    [Fact]
    public void A_checkpoint_goes_on_beside_writers_until_the_WAL_is_too_large()
    {
        var schedule = FastGrowing();
        Assert.Equal(TimeSpan.FromMilliseconds(100), schedule.TimeBeside(1000));
        Assert.Equal(TimeSpan.FromMilliseconds(10), schedule.TimeBeside(1500));
        Assert.Equal(TimeSpan.FromMilliseconds(10), schedule.TimeBeside(uint.MaxValue));
    }

    [Fact]
    public void Nobody_is_kept_out_where_a_slow_device_would_not_let_the_WAL_get_too_large()
    {
        _schedule.Looked(At(100), isOpen: true, captured: 500, frames: 1000);
        Assert.Equal(CheckpointEffort.Yielding, _schedule.CheckpointDue(At(100), 1000));
    }

    [Fact]
    public void Growth_is_remembered_while_a_writer_is_kept_waiting()
    {
        _schedule.Cut(At(100), hadContent: true);
        _schedule.Looked(At(100), isOpen: true, captured: 20_000, frames: 10_000); // 200,000 a second
        _schedule.Looked(At(110), isOpen: true, captured: 0, frames: 0);
        Assert.Equal(At(115), _schedule.NextDue(mayRest: false));
        _schedule.Cut(At(10_110), hadContent: true);
        _schedule.Looked(At(10_110), isOpen: true, captured: 0, frames: 0);
        Assert.Equal(At(10_210), _schedule.NextDue(mayRest: false));
    }

    [Fact]
    public void While_a_cut_goes_on_it_is_looked_and_not_cut()
    {
        _schedule.Looked(At(250), isOpen: false, captured: 0, frames: 0);
        _schedule.Signal(At(300));
        _schedule.Looked(At(310), isOpen: true, captured: 1, frames: 1);
        Assert.Equal(At(320), _schedule.NextDue(mayRest: false));
        Assert.Equal(At(410), _schedule.NextDue(mayRest: false, mayCut: false));
    }

    [Fact]
    public void After_the_first_change_after_quiet_it_is_soon_looked_how_fast_the_WAL_grows_and_then_later_and_later()
    {
        _schedule.Signal(At(300));
        var at = 300;
        foreach (var wait in new[] { 5, 10, 20, 40, 80, 100, 100 })
        {
            _schedule.Looked(At(at), isOpen: true, captured: 1, frames: 1);
            Assert.Equal(At(at += wait), _schedule.NextDue(mayRest: false, mayCut: false));
        }
    }

    [Fact]
    public void Where_nobody_tells_of_the_begin_of_a_burst_it_is_looked_for_soon_and_then_later_and_later()
    {
        _schedule.IsUnwatched = true;
        var at = 300;
        foreach (var wait in new[] { 5, 10, 20, 40, 80, 100, 100 })
        {
            _schedule.Looked(At(at), isOpen: false, captured: 0, frames: 0);
            Assert.Equal(At(at += wait), _schedule.NextDue(mayRest: false));
        }
    }

    [Fact]
    public void Where_a_checkpoint_beside_writers_would_end_too_late_they_are_kept_out_from_the_first()
    {
        var schedule = FastGrowing();
        schedule.Checkpointed(At(100), TimeSpan.FromMilliseconds(45), CheckpointEffort.Yielding, CheckpointOutcome.Rests);
        Assert.Equal(CheckpointEffort.HoldingLast, schedule.CheckpointDue(At(100), 1249));
        Assert.Equal(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(100), 1250));
        schedule.Checkpointed(At(100), TimeSpan.FromMilliseconds(400), CheckpointEffort.Yielding, CheckpointOutcome.Rests); // no longer than 100 ms is expected
        Assert.Equal(CheckpointEffort.Yielding, schedule.CheckpointDue(At(100), 974));
        Assert.Equal(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(100), 975));
    }

    [Fact]
    public void Growth_is_that_of_the_time_in_which_writers_could_write()
    {
        Checkpointed(0, CheckpointEffort.HoldingFirst, CheckpointOutcome.Rests, took: 50);
        _schedule.Grown(At(100), 300); // 6 a ms for the half of the time
        Assert.True(_schedule.GrowsFast);
        Assert.False(GrowsFastWhere(CheckpointEffort.Yielding));
    }

    /// <summary>By 5 frames a millisecond.</summary>
    private static CaptureSchedule FastGrowing()
    {
        var schedule = new CaptureSchedule(s_options with { ForcedCheckpointPageCount = 1500 }, s_start);
        schedule.Looked(At(100), isOpen: true, captured: 500, frames: 1000);
        return schedule;
    }

    private static bool GrowsFastWhere(CheckpointEffort effort)
    {
        var schedule = new CaptureSchedule(s_options, s_start);
        schedule.Checkpointed(s_start, TimeSpan.FromMilliseconds(50), effort, CheckpointOutcome.Rests);
        schedule.Grown(At(100), 300);
        return schedule.GrowsFast;
    }

    /// <summary>Meets no gap, as often as it is tried at once.</summary>
    private void Hinder(int at)
    {
        for (var tries = 0; tries < 4; tries++) Checkpointed(at, CheckpointEffort.Yielding, CheckpointOutcome.Hindered);
    }

    private void Checkpointed(int at, CheckpointEffort effort, CheckpointOutcome outcome, int took = 0) =>
        _schedule.Checkpointed(At(at), TimeSpan.FromMilliseconds(took), effort, outcome);

    private static DateTimeOffset At(int milliseconds) => s_start.AddMilliseconds(milliseconds);
}
