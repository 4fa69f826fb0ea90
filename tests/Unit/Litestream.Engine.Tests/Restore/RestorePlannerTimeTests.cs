using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Retention;
using Xunit;
using static Litestream.Engine.Tests.Fakes.ReplicaBuilder;

namespace Litestream.Engine.Tests.Restore;

/// <summary>Plans to a point in time.</summary>
public sealed class RestorePlannerTimeTests : RestorePlannerFixture
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 0)]
    [InlineData(1, 1)]
    [InlineData(2.9, 2)]
    [InlineData(3, 3)]
    public async Task Plan_to_a_time_takes_what_is_not_later(double minute, int segments)
    {
        Usual();
        var plan = await PlanAsync(new() { Timestamp = At(minute) });
        Assert.Equal(0, plan.Snapshot.Index);
        Assert.Equal(segments, plan.Segments.Count);
    }

    [Fact]
    public async Task Plan_to_a_time_after_the_last_change_is_the_latest()
    {
        Usual();
        Assert.Equal(At(6), (await PlanAsync(new() { Timestamp = At(10_000) })).RestoresTo);
    }

    [Fact]
    public async Task Plan_to_a_time_before_the_first_says_what_there_is()
    {
        Usual();
        var e = await FailAsync(new() { Timestamp = At(-1) }, ErrorCode.RestorePointNotFound);
        Assert.Contains("2026-01-01T00:00:00Z to 2026-01-01T00:06:00Z", e.Hint, StringComparison.Ordinal);
        await FailAsync(new() { Timestamp = At(-1), Generation = Replica.Generation }, ErrorCode.RestorePointNotFound);
    }

    [Fact]
    public async Task Plan_to_a_time_stops_at_the_first_later_segment()
    {
        Replica.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1).Commit(3, 3, 2).Segment(9).Commit(4, 3, 3).Segment(2);
        AssertPlan(await PlanAsync(new() { Timestamp = At(3) }), 0, (0, 0));
    }

    [Fact]
    public async Task Plan_to_a_time_avoids_a_snapshot_that_may_hold_more_than_is_replayed()
    {
        // the snapshot of index 1 was made before a part of its index was shipped, and the time lies between
        Replica.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1)
            .Wal(1).Commit(3, 3, 2).Segment(2).Snapshot(1, minute: 3).Commit(4, 3, 3).Segment(5);
        AssertPlan(await PlanAsync(new() { Timestamp = At(4) }), 0, (0, 0), (1, 0));
        AssertPlan(await PlanAsync(new() { Timestamp = At(5) }), 1, (1, 0), (1, Replica.EndOfFrame(1)));
        AssertPlan(await PlanAsync(new()), 1, (1, 0), (1, Replica.EndOfFrame(1)));
    }

    [Fact]
    public async Task Plan_to_a_time_takes_a_snapshot_when_a_segment_made_after_it_is_replayed()
    {
        Replica.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1)
            .Wal(1).Commit(3, 3, 2).Segment(2).Snapshot(1, minute: 3).Commit(4, 3, 3).Segment(4).Commit(5, 3, 3).Segment(9);
        AssertPlan(await PlanAsync(new() { Timestamp = At(5) }), 1, (1, 0), (1, Replica.EndOfFrame(1)));
    }

    [Fact]
    public async Task Plan_to_a_time_takes_the_first_snapshot_when_there_is_no_older()
    {
        Replica.Snapshot(0, minute: 3).Wal(0).Commit(2, 3, 1).Segment(1).Commit(3, 3, 2).Segment(9);
        AssertPlan(await PlanAsync(new() { Timestamp = At(5) }), 0, (0, 0));
    }

    [Fact]
    public async Task Plan_to_a_time_falls_back_on_no_broken_chain()
    {
        // the older snapshot would be the safer one, but its WAL has a hole
        Replica.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1)
            .Wal(2).Commit(3, 3, 2).Segment(2).Snapshot(2, minute: 3).Commit(4, 3, 3).Segment(5);
        AssertPlan(await PlanAsync(new() { Timestamp = At(4) }), 2, (2, 0));
    }

    [Theory]
    [InlineData("s0@0 0:0@1 0:32@2 s1@2 1:0@2", null)] // equal times are in order
    [InlineData("s0@0 0:0@1 1:0@5 s1@3", null)] // a snapshot may be older than what is of its own index
    [InlineData("s0@0 0:0@3 0:32@2", "0:32")]
    [InlineData("s0@0 0:0@1 0:32@5 1:0@9 s1@4", "s1")]
    [InlineData("s0@9 0:0@1 s1@8 1:0@9", null)] // one that is older than its WAL, as a copy leaves it
    public async Task Plan_to_a_time_warns_where_times_go_back(string objects, string? target)
    {
        var plan = await PlanAsync(new() { Timestamp = At(50), Generation = Listing.Id(1) }, new Listing().Add(1, objects).Client);
        if (target is null)
        {
            Assert.Empty(plan.Warnings);
            return;
        }

        var warning = Assert.Single(plan.Warnings);
        Assert.Equal((RestoreWarningKind.TimesOutOfOrder, target[0] == 's' ? ObjectKey.Snapshot(Listing.Id(1), 1) : ObjectKey.Segment(Listing.Id(1), new(0, 32))),
            (warning.Kind, warning.Target));
        Assert.Contains($"'{warning.Target}' has the time 2026-01-01T00:0{(target[0] == 's' ? "4:00Z, the one before it 2026-01-01T00:05" : "2:00Z, the one before it 2026-01-01T00:03")}:00Z",
            warning.Message, StringComparison.Ordinal);
        Assert.EndsWith("restore to an index and offset.", warning.Message, StringComparison.Ordinal);
    }
}
