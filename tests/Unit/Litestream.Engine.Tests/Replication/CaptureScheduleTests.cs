using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class CaptureScheduleTests : CaptureScheduleFixture
{
    [Fact]
    public void A_first_change_is_cut_when_it_has_been_quiet()
    {
        Schedule.Signal(At(300));
        Assert.False(Schedule.IsCutDue(At(319)));
        Assert.True(Schedule.IsCutDue(At(320)));
    }

    [Fact]
    public void A_burst_is_cut_when_it_ends()
    {
        for (var ms = 300; ms <= 500; ms += 10) Schedule.Signal(At(ms));
        Assert.False(Schedule.IsCutDue(At(519)));
        Assert.True(Schedule.IsCutDue(At(520)));
    }

    [Fact]
    public void A_burst_without_end_is_cut_once_an_interval()
    {
        for (var ms = 300; ms <= 1400; ms += 10) Schedule.Signal(At(ms));
        Assert.True(Schedule.IsCutDue(At(1300)));
        Schedule.Cut(At(1400), hadContent: true);
        for (var ms = 1410; ms <= 2390; ms += 10)
        {
            Schedule.Signal(At(ms));
            Assert.False(Schedule.IsCutDue(At(ms)));
        }

        Assert.True(Schedule.IsCutDue(At(2410)));
    }

    [Fact]
    public void Where_each_change_is_told_it_is_looked_more_and_more_rarely()
    {
        Schedule.IsToldAtOnce = true;
        var looks = new List<int>();
        for (var ms = 0; looks.Count < 6; ms += 100)
        {
            if (!Schedule.IsPollDue(At(ms))) continue;
            looks.Add(ms);
            Schedule.Looked(At(ms), isOpen: false, captured: 0, frames: 0);
        }

        Assert.Equal([700, 2100, 4900, 10_500, 17_500, 24_500], looks);

        Schedule.Signal(At(25_000));
        Schedule.Cut(At(25_100), hadContent: true);
        Schedule.IsToldAtOnce = false;
        Schedule.Looked(At(25_100), isOpen: false, captured: 3, frames: 0);
        Assert.True(Schedule.IsPollDue(At(25_800)));
    }

    [Fact]
    public void A_change_soon_after_a_cut_waits_for_the_interval()
    {
        Schedule.Cut(At(100), hadContent: true);
        Schedule.Signal(At(200));
        Assert.False(Schedule.IsCutDue(At(1099)));
        Assert.True(Schedule.IsCutDue(At(1100)));
    }

    [Fact]
    public void A_cut_without_content_delays_nothing()
    {
        Schedule.Cut(At(100), hadContent: false);
        Schedule.Signal(At(200));
        Assert.True(Schedule.IsCutDue(At(220)));
    }

    [Fact]
    public void Without_a_signal_nothing_is_cut()
    {
        Assert.False(Schedule.IsCutDue(At(100_000)));
        Schedule.Signal(At(100_000));
        Schedule.Cut(At(100_020), hadContent: true);
        Assert.False(Schedule.IsCutDue(At(200_000)));
    }

    [Fact]
    public void What_a_look_has_found_is_cut_without_a_signal()
    {
        Schedule.Looked(At(500), isOpen: true, captured: 0, frames: 0);
        Assert.True(Schedule.IsCutDue(At(520)));
    }

    [Fact]
    public void A_change_is_remembered_until_it_is_cut()
    {
        Assert.False(Schedule.IsSignalled);
        Schedule.Signal(At(100));
        Schedule.Looked(At(110), isOpen: false, captured: 0, frames: 0);
        Assert.True(Schedule.IsSignalled);
        Schedule.Cut(At(120), hadContent: false);
        Assert.False(Schedule.IsSignalled);
    }

    [Fact]
    public void A_poll_is_due_when_nothing_was_looked_at_for_long()
    {
        Assert.False(Schedule.IsPollDue(At(699)));
        Assert.True(Schedule.IsPollDue(At(700)));
        Schedule.Looked(At(700), isOpen: false, captured: 0, frames: 0);
        Assert.False(Schedule.IsPollDue(At(1399)));
        Assert.True(Schedule.IsPollDue(At(1400)));
    }

    [Fact]
    public void A_signal_takes_the_place_of_a_poll()
    {
        Schedule.Signal(At(700));
        Assert.False(Schedule.IsPollDue(At(10_000)));
    }

    [Fact]
    public void NextDue_is_the_poll_when_nothing_happens()
    {
        Assert.Equal(At(700), Schedule.NextDue(mayRest: false));
        Schedule.Yielded(At(650), isMoved: false);
        Assert.Equal(At(700), Schedule.NextDue(mayRest: true));
    }

    [Fact]
    public void NextDue_is_the_rest_when_that_comes_before_the_poll()
    {
        Schedule.Looked(At(4900), isOpen: false, captured: 0, frames: 0);
        Schedule.Yielded(At(4950), isMoved: false);
        Assert.Equal(At(5000), Schedule.NextDue(mayRest: true));
        Assert.Equal(At(5600), Schedule.NextDue(mayRest: false));
    }

    [Fact]
    public void NextDue_is_the_end_of_quiet_after_a_first_change()
    {
        Schedule.Looked(At(290), isOpen: false, captured: 0, frames: 0);
        Schedule.Signal(At(300));
        Assert.Equal(At(320), Schedule.NextDue(mayRest: true));
    }

    [Fact]
    public void NextDue_is_the_next_capture_under_steady_writes()
    {
        Schedule.Cut(At(300), hadContent: true);
        Schedule.Signal(At(310));
        Schedule.Looked(At(310), isOpen: true, captured: 0, frames: 0);
        Schedule.Signal(At(320));
        Assert.Equal(At(410), Schedule.NextDue(mayRest: true));
    }

    [Fact]
    public void NextDue_is_at_once_when_a_change_waited_for_a_capture()
    {
        Schedule.Cut(At(250), hadContent: true);
        Schedule.Signal(At(300));
        Assert.Equal(At(300), Schedule.NextDue(mayRest: true));
    }

    [Fact]
    public void Whether_somebody_waits_for_the_reader_is_seen_soon_after_a_change_and_then_more_rarely()
    {
        Schedule.Signal(At(1000));
        Schedule.Looked(At(1020), isOpen: false, captured: 1, frames: 1);
        Schedule.Cut(At(1020), hadContent: true);
        Assert.False(Schedule.IsYieldDue(At(1049)));
        Assert.True(Schedule.IsYieldDue(At(1050)));
        Assert.Equal(At(1050), Schedule.NextDue(mayRest: true));
        Schedule.Yielded(At(1050), isMoved: false);
        Assert.False(Schedule.IsYieldDue(At(1149)));
        Schedule.Yielded(At(1150), isMoved: false);
        Assert.False(Schedule.IsYieldDue(At(1349)));
        Schedule.Yielded(At(1350), isMoved: true);
        Assert.True(Schedule.IsYieldDue(At(1400)));
        Schedule.Yielded(At(1400), isMoved: false);
        Schedule.Signal(At(1450));
        Assert.False(Schedule.IsYieldDue(At(1499)));
        Assert.True(Schedule.IsYieldDue(At(1500)));
    }

    [Fact]
    public void While_a_cut_goes_on_it_is_looked_and_not_cut()
    {
        Schedule.Looked(At(250), isOpen: false, captured: 0, frames: 0);
        Schedule.Signal(At(300));
        Schedule.Looked(At(310), isOpen: true, captured: 1, frames: 0);
        Assert.Equal(At(320), Schedule.NextDue(mayRest: false));
        Assert.Equal(At(410), Schedule.NextDue(mayRest: false, mayCut: false));
    }

    [Fact]
    public void After_the_first_change_after_quiet_it_is_soon_looked_how_fast_the_WAL_grows_and_then_later_and_later()
    {
        Schedule.Signal(At(300));
        var at = 300;
        foreach (var wait in new[] { 5, 10, 20, 40, 80, 100, 100 })
        {
            Schedule.Looked(At(at), isOpen: true, captured: 1, frames: 0);
            Assert.Equal(At(at += wait), Schedule.NextDue(mayRest: false, mayCut: false));
        }
    }

    [Fact]
    public void Where_nobody_tells_of_the_begin_of_a_burst_it_is_looked_for_soon_and_then_later_and_later()
    {
        Schedule.IsUnwatched = true;
        var at = 300;
        foreach (var wait in new[] { 5, 10, 20, 40, 80, 100, 100 })
        {
            Schedule.Looked(At(at), isOpen: false, captured: 0, frames: 0);
            Assert.Equal(At(at += wait), Schedule.NextDue(mayRest: false));
        }
    }
}
