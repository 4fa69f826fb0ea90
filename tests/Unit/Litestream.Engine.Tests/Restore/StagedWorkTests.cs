using Litestream.Engine.Restore;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

public sealed class StagedWorkTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_rest_takes_as_long_as_the_present_stage_says()
    {
        var work = Make((100, 100), (1000, 300));

        // 20 of 400 in 5 seconds
        Assert.Equal((0.05, 95), Reach(work, seconds: 5, stage: 0, done: 20));
        Assert.Equal((0.25, null), Reach(work, seconds: 20, stage: 0, done: 100));
        // slower than it seemed: 3 of 300 in 10 seconds
        Assert.Equal((0.251, null), Reach(work, seconds: 0, stage: 1, done: 1));
        Assert.Equal((0.258, 990), Reach(work, seconds: 10, stage: 1, done: 10));
    }

    [Fact]
    public void A_rate_of_less_than_a_second_is_none()
    {
        var work = Make((100, 1));

        Assert.Equal((0.5, null), Reach(work, seconds: 0.9, stage: 0, done: 50));
        Assert.Equal((0.5, 1), Reach(work, seconds: 0.1, stage: 0, done: 50));
    }

    [Fact]
    public void More_than_was_estimated_stays_below_the_end_and_promises_no_time()
    {
        var work = Make((100, 1));

        Assert.Equal((0.99, null), Reach(work, seconds: 10, stage: 0, done: 100));
        Assert.Equal((0.99, null), Reach(work, seconds: 10, stage: 0, done: 500));
    }

    [Fact]
    public void It_never_goes_back()
    {
        var work = Make((100, 1), (100, 1));
        Reach(work, seconds: 10, stage: 0, done: 80);

        Assert.Equal(0.4, Reach(work, seconds: 1, stage: 0, done: 30).Share);
        Reach(work, seconds: 1, stage: 1, done: 50);
        Assert.Equal(0.75, Reach(work, seconds: 1, stage: 0, done: 90).Share);
    }

    [Fact]
    public void Nothing_to_do_is_no_part_of_the_work()
    {
        var work = Make((0, 0), (100, 1), (0, 0));

        Assert.Equal(0, Reach(work, seconds: 5, stage: 0, done: 7).Share);
        Reach(work, seconds: 0, stage: 1, done: 0);
        Assert.Equal((0.5, 5), Reach(work, seconds: 5, stage: 1, done: 50));
        Assert.Equal((0, null), Reach(Make((0, 0)), seconds: 5, stage: 0, done: 7));
    }

    private StagedWork Make(params (double Expected, double Cost)[] stages) => new(_time, stages);

    private (double Share, double? Left) Reach(StagedWork work, double seconds, int stage, double done)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        work.Reach(stage, done);
        return (Math.Round(work.Share, 3), work.Left is { } left ? Math.Round(left.TotalSeconds, 3) : null);
    }
}
