using Litestream.Engine.Capture;
using Litestream.Engine.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>When a checkpoint is due, and whether writers are kept out for it.</summary>
public sealed class CheckpointScheduleTests : CaptureScheduleFixture
{
    [Fact]
    public void A_rest_is_due_after_quiet()
    {
        Schedule.Signal(At(1000));
        Assert.False(Schedule.IsRestDue(At(5999), lastChange: null));
        Assert.True(Schedule.IsRestDue(At(6000), lastChange: null));
        Assert.False(Schedule.IsRestDue(At(6999), lastChange: At(2000)));
        Assert.True(Schedule.IsRestDue(At(7000), lastChange: At(2000)));
    }

    [Theory]
    [InlineData(CheckpointOutcome.Rests)]
    [InlineData(CheckpointOutcome.Hindered)]
    internal void A_rest_is_not_tried_again_at_once(CheckpointOutcome outcome)
    {
        Checkpointed(6000, CheckpointEffort.Yielding, outcome);
        Assert.False(Schedule.IsRestDue(At(10_999), lastChange: null));
        Assert.True(Schedule.IsRestDue(At(11_000), lastChange: null));
    }

    [Fact]
    public void A_checkpoint_is_due_before_an_application_makes_it_itself()
    {
        Assert.Null(Schedule.CheckpointDue(At(10), 749));
        Assert.Equal(CheckpointEffort.Yielding, Schedule.CheckpointDue(At(10), 750));
    }

    [Fact]
    public void A_checkpoint_that_met_no_gap_is_tried_again_some_times_at_once_and_then_more_and_more_rarely()
    {
        foreach (var (at, next) in new[] { (100, 150), (150, 250), (250, 450), (450, 850), (850, 1350), (1350, 1850) })
        {
            for (var tries = 0; tries < 4; tries++)
            {
                Assert.Equal(CheckpointEffort.Yielding, Schedule.CheckpointDue(At(at), 5000));
                Checkpointed(at, CheckpointEffort.Yielding, CheckpointOutcome.Hindered);
            }

            Assert.Null(Schedule.CheckpointDue(At(next - 1), 5000));
        }

        Checkpointed(1850, CheckpointEffort.Yielding, CheckpointOutcome.Rests);
        Assert.Equal(CheckpointEffort.Yielding, Schedule.CheckpointDue(At(1850), 5000));
        Hinder(1850);
        Assert.Null(Schedule.CheckpointDue(At(1899), 5000));
        Assert.Equal(CheckpointEffort.Yielding, Schedule.CheckpointDue(At(1900), 5000));
    }

    [Fact]
    public void Where_a_checkpoint_meets_no_gap_nobody_is_kept_out_before_the_WAL_would_get_too_large()
    {
        Schedule.Looked(At(100), isOpen: true, captured: 80, frames: 750); // the first threshold is passed before the next try
        Hinder(100);
        Assert.Null(Schedule.CheckpointDue(At(100), 9900));
        Assert.Equal(CheckpointEffort.HoldingLast, Schedule.CheckpointDue(At(100), 9999));
    }

    [Theory]
    [InlineData(0, 0, 100)]
    [InlineData(10, 0, 100)] // 100 frames a second: far from any threshold
    [InlineData(500, 500, 25)] // 5000 a second: the first threshold is reached in 50 ms
    [InlineData(500, 745, 5)]
    [InlineData(2000, 2000, 80)] // beyond the first threshold, it is the second one that counts, and what a burst makes until then
    [InlineData(50_000, 9900, 5)]
    [InlineData(50_000, 20_000, 5)]
    public void A_WAL_that_grows_fast_is_looked_at_again_the_sooner(uint captured, uint frames, int expected)
    {
        Schedule.Cut(At(100), hadContent: true);
        Schedule.Looked(At(100), isOpen: true, captured, frames);
        Assert.Equal(At(100 + expected), Schedule.NextDue(mayRest: false));
    }

    [Fact]
    public void A_WAL_beyond_the_second_threshold_does_not_wait_for_the_next_try()
    {
        Hinder(100);
        Assert.Null(Schedule.CheckpointDue(At(110), 9999));
        Assert.Equal(CheckpointEffort.HoldingLast, Schedule.CheckpointDue(At(110), 10_000));
        Checkpointed(110, CheckpointEffort.HoldingLast, CheckpointOutcome.Hindered);
        Assert.Null(Schedule.CheckpointDue(At(114), 10_000));
        Assert.Equal(CheckpointEffort.HoldingLast, Schedule.CheckpointDue(At(115), 10_000));
    }

    [Fact]
    public void A_reader_in_the_way_is_given_more_time_than_a_writer()
    {
        Checkpointed(100, CheckpointEffort.HoldingLast, CheckpointOutcome.HinderedByReader);
        Assert.Null(Schedule.CheckpointDue(At(119), 10_000));
        Assert.Equal(CheckpointEffort.HoldingLast, Schedule.CheckpointDue(At(120), 10_000));
    }

    [Fact]
    public void A_WAL_that_would_grow_too_large_during_a_checkpoint_is_not_left_to_its_writers()
    {
        Schedule.Looked(At(100), isOpen: true, captured: 400, frames: 1000); // 4 a ms
        Checkpointed(100, CheckpointEffort.Yielding, CheckpointOutcome.Rests, took: 5);
        Assert.Equal(CheckpointEffort.Yielding, Schedule.CheckpointDue(At(100), 9959));
        Assert.Equal(CheckpointEffort.HoldingLast, Schedule.CheckpointDue(At(100), 9960));
        Checkpointed(100, CheckpointEffort.Yielding, CheckpointOutcome.Rests, took: 20);
        Assert.Equal(CheckpointEffort.Yielding, Schedule.CheckpointDue(At(100), 9899));
        Assert.Equal(CheckpointEffort.HoldingLast, Schedule.CheckpointDue(At(100), 9900));
    }

    [Fact]
    public void A_WAL_that_a_slow_device_would_let_get_too_large_is_checkpointed_before_its_application_does_and_without_writers_at_the_last()
    {
        var schedule = FastGrowing();
        Assert.Null(schedule.CheckpointDue(At(100), 749));
        Assert.Equal(CheckpointEffort.HoldingLast, schedule.CheckpointDue(At(100), 1000));
        schedule.Checkpointed(At(100), TimeSpan.Zero, CheckpointEffort.HoldingLast, CheckpointOutcome.Hindered);
        Assert.Null(schedule.CheckpointDue(At(104), 999));
        Assert.Equal(CheckpointEffort.HoldingLast, schedule.CheckpointDue(At(105), 1000));
    }

    [Fact]
    public void A_WAL_that_is_nearly_too_large_and_grows_fast_is_checkpointed_without_writers()
    {
        var schedule = FastGrowing();
        Assert.Equal(CheckpointEffort.HoldingLast, schedule.CheckpointDue(At(100), 1349));
        Assert.Equal(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(100), 1350));
    }

    [Fact]
    public void A_WAL_that_is_full_in_some_milliseconds_is_checkpointed_without_writers_before_it_is_large()
    {
        Schedule.Looked(At(100), isOpen: true, captured: 40_000, frames: 399); // 400 a ms
        Assert.Null(Schedule.CheckpointDue(At(100), 399));
        Assert.Equal(CheckpointEffort.HoldingFirst, Schedule.CheckpointDue(At(100), 400));
    }

    [Fact]
    public void Writers_that_were_kept_out_in_vain_are_let_in_for_longer_than_that()
    {
        var schedule = FastGrowing();
        schedule.Checkpointed(At(100), TimeSpan.FromMilliseconds(25), CheckpointEffort.HoldingFirst, CheckpointOutcome.HinderedByCheckpoint);
        Assert.NotEqual(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(224), 3000));
        Assert.Equal(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(225), 3000));
    }

    [Fact]
    public void Writers_that_were_kept_out_in_vain_are_kept_out_again_when_the_checkpoint_that_was_in_the_way_has_ended()
    {
        var schedule = FastGrowing();
        schedule.Checkpointed(At(100), TimeSpan.FromMilliseconds(25), CheckpointEffort.HoldingFirst, CheckpointOutcome.HinderedByCheckpoint);
        Assert.Null(schedule.CheckpointDue(At(134), 3000));
        Assert.Equal(CheckpointEffort.Yielding, schedule.CheckpointDue(At(135), 3000));
        schedule.Checkpointed(At(135), TimeSpan.FromMilliseconds(8), CheckpointEffort.Yielding, CheckpointOutcome.HinderedByCheckpoint);
        Assert.Null(schedule.CheckpointDue(At(152), 3000));
        Assert.Equal(CheckpointEffort.Yielding, schedule.CheckpointDue(At(153), 3000));
        schedule.Checkpointed(At(153), TimeSpan.FromMilliseconds(2), CheckpointEffort.Yielding, CheckpointOutcome.Hindered);
        Assert.Equal(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(153), 3000));
    }

    [Fact]
    public void Writers_are_kept_out_the_more_rarely_the_longer_a_reader_is_in_the_way()
    {
        var (schedule, at) = (FastGrowing(), 100);
        foreach (var wait in (int[])[20, 80, .. Enumerable.Repeat(100, 100)])
        {
            schedule.Checkpointed(At(at), TimeSpan.Zero, CheckpointEffort.HoldingFirst, CheckpointOutcome.HinderedByReader);
            Assert.NotEqual(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(at + wait - 1), 3000));
            Assert.Equal(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(at += wait), 3000));
        }
    }

    [Fact]
    public void A_limit_below_the_usual_threshold_is_kept()
    {
        var schedule = new CaptureSchedule(Options with { ForcedCheckpointPageCount = 100 }, Start);
        schedule.Looked(At(100), isOpen: true, captured: 1000, frames: 99); // 10 a ms
        Assert.Null(schedule.CheckpointDue(At(100), 99));
        Assert.Equal(CheckpointEffort.HoldingFirst, schedule.CheckpointDue(At(100), 100));
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
        Schedule.Looked(At(100), isOpen: true, captured: 500, frames: 1000);
        Assert.Equal(CheckpointEffort.Yielding, Schedule.CheckpointDue(At(100), 1000));
    }

    [Fact]
    public void Growth_is_remembered_while_a_writer_is_kept_waiting()
    {
        Schedule.Cut(At(100), hadContent: true);
        Schedule.Looked(At(100), isOpen: true, captured: 20_000, frames: 10_000); // 200,000 a second
        Schedule.Looked(At(110), isOpen: true, captured: 0, frames: 0);
        Assert.Equal(At(115), Schedule.NextDue(mayRest: false));
        Schedule.Cut(At(10_110), hadContent: true);
        Schedule.Looked(At(10_110), isOpen: true, captured: 0, frames: 0);
        Assert.Equal(At(10_210), Schedule.NextDue(mayRest: false));
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
        Schedule.Grown(At(100), 300); // 6 a ms for the half of the time
        Assert.True(Schedule.GrowsFast);
        Assert.False(GrowsFastWhere(CheckpointEffort.Yielding));
    }
}
