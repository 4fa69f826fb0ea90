using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Retention;
using Xunit;
using static Litestream.Engine.Tests.Fakes.ReplicaBuilder;

namespace Litestream.Engine.Tests.Restore;

public sealed class RestorePlannerTests : RestorePlannerFixture
{
    [Fact]
    public async Task Plan_takes_the_newest_snapshot_and_all_after_it()
    {
        Usual();
        var plan = await PlanAsync(new());
        AssertPlan(plan, 2, (2, 0), (2, Replica.EndOfFrame(1)));
        Assert.Equal(At(6), plan.RestoresTo);
        Assert.Null(plan.StopOffset);
    }

    [Fact]
    public async Task Plan_to_an_index_applies_it_whole()
    {
        Usual();
        AssertPlan(await PlanAsync(new() { Index = 0 }), 0, (0, 0), (0, Replica.EndOfFrame(1)));
        AssertPlan(await PlanAsync(new() { Index = 1 }), 0, (0, 0), (0, Replica.EndOfFrame(1)), (1, 0));
        AssertPlan(await PlanAsync(new() { Index = 2 }), 2, (2, 0), (2, Replica.EndOfFrame(1)));
    }

    [Fact]
    public async Task Plan_to_an_offset_takes_what_begins_before_it()
    {
        Usual();
        var plan = await PlanAsync(new() { Index = 0, Offset = Replica.EndOfFrame(1) });
        AssertPlan(plan, 0, (0, 0));
        Assert.Equal(Replica.EndOfFrame(1), plan.StopOffset);
        plan = await PlanAsync(new() { Index = 0, Offset = Replica.EndOfFrame(1) + 1 });
        AssertPlan(plan, 0, (0, 0), (0, Replica.EndOfFrame(1)));
        plan = await PlanAsync(new() { Index = 1, Offset = 0 });
        AssertPlan(plan, 0, (0, 0), (0, Replica.EndOfFrame(1)));
        Assert.Null(plan.StopOffset);
        plan = await PlanAsync(new() { Index = 0, Offset = 0 });
        AssertPlan(plan, 0);
    }

    [Fact]
    public async Task Plan_to_an_offset_avoids_a_snapshot_that_may_hold_more()
    {
        Usual();
        var plan = await PlanAsync(new() { Index = 2, Offset = Replica.EndOfFrame(1) });
        AssertPlan(plan, 0, (0, 0), (0, Replica.EndOfFrame(1)), (1, 0), (2, 0));
    }

    [Theory]
    [InlineData(3, null)]
    [InlineData(2, 5000L)]
    public async Task Plan_beyond_the_end_says_what_there_is(int index, long? offset)
    {
        Usual();
        var e = await FailAsync(new() { Index = index, Offset = offset }, ErrorCode.RestorePointNotFound);
        Assert.Contains(offset is null ? "0 to 2" : $"{Replica.EndOfFrame(2)}", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_to_the_very_end_is_possible()
    {
        Usual();
        Assert.Equal(Replica.EndOfFrame(2), (await PlanAsync(new() { Index = 2, Offset = Replica.EndOfFrame(2) })).StopOffset);
        await FailAsync(new() { Index = 2, Offset = Replica.EndOfFrame(2) + 1 }, ErrorCode.RestorePointNotFound);
    }

    [Fact]
    public async Task Plan_below_the_first_snapshot_says_what_there_is()
    {
        Replica.Snapshot(4).Wal(4).Commit(2, 3, 1).Segment();
        Assert.Contains("4 to 4", (await FailAsync(new() { Index = 3 }, ErrorCode.RestorePointNotFound)).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_with_only_a_snapshot_is_that_snapshot()
    {
        Replica.Snapshot(5);
        AssertPlan(await PlanAsync(new()), 5);
        AssertPlan(await PlanAsync(new() { Index = 5 }), 5);
        AssertPlan(await PlanAsync(new() { Index = 5, Offset = 0 }), 5);
        await FailAsync(new() { Index = 5, Offset = 1 }, ErrorCode.RestorePointNotFound);
    }

    [Fact]
    public async Task Plan_with_a_snapshot_ahead_of_all_WAL_is_that_snapshot()
    {
        Replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Snapshot(7);
        AssertPlan(await PlanAsync(new()), 7);
    }

    [Fact]
    public async Task Plan_ignores_damage_before_its_snapshot()
    {
        Usual();
        Replica.Client.Objects.TryRemove(Replica.SegmentKey(0, 0), out _);
        AssertPlan(await PlanAsync(new()), 2, (2, 0), (2, Replica.EndOfFrame(1)));
    }

    [Fact]
    public async Task Plan_names_a_missing_index_and_the_last_good_point()
    {
        Usual();
        Replica.Client.Objects.TryRemove(Replica.SegmentKey(1, 0), out _);
        Replica.Client.Objects.TryRemove(ObjectKey.Snapshot(Replica.Generation, 2), out _);
        var e = await FailAsync(new(), ErrorCode.ObjectMissing);
        Assert.Equal(Replica.SegmentKey(1, 0), e.Target);
        Assert.Contains("index 0 (2026-01-01T00:02:00Z)", e.Hint, StringComparison.Ordinal);
        Assert.Equal(2, (await PlanAsync(new() { Index = 0 })).Segments.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Plan_names_a_missing_first_segment(int index)
    {
        Usual();
        Replica.Client.Objects.TryRemove(Replica.SegmentKey(index, 0), out _);
        var e = await FailAsync(new() { Index = index }, ErrorCode.ObjectMissing);
        Assert.Equal(Replica.SegmentKey(index, 0), e.Target);
    }

    [Fact]
    public async Task Plan_names_a_missing_last_index_that_a_later_snapshot_proves()
    {
        Replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Snapshot(3);
        Assert.Equal(Replica.SegmentKey(1, 0), (await FailAsync(new() { Index = 2 }, ErrorCode.ObjectMissing)).Target);
        Assert.Equal(Replica.SegmentKey(1, 0), (await FailAsync(new() { Index = 1 }, ErrorCode.ObjectMissing)).Target);
    }

    [Fact]
    public async Task Plan_names_the_missing_WAL_of_the_snapshots_own_index()
    {
        Replica.Snapshot(2).Wal(3).Commit(2, 3, 1).Segment();
        Assert.Equal(Replica.SegmentKey(2, 0), (await FailAsync(new() { Index = 2 }, ErrorCode.ObjectMissing)).Target);
        Assert.Equal(Replica.SegmentKey(2, 0), (await FailAsync(new() { Index = 3, Offset = 0 }, ErrorCode.ObjectMissing)).Target);
        AssertPlan(await PlanAsync(new() { Index = 2, Offset = 0 }), 2);
    }

    [Fact]
    public async Task Plan_without_a_snapshot_is_not_possible()
    {
        Replica.Wal(0).Commit(2, 3, 1).Segment();
        foreach (var request in (RestoreRequest[])[new(), new() { Timestamp = At(9) }, new() { Generation = Replica.Generation }, new() { AllowPartial = true }])
            Assert.Equal(ObjectKey.Snapshot(Replica.Generation, 0), (await FailAsync(request, ErrorCode.ObjectMissing)).Target);
    }

    [Fact]
    public async Task Plan_refuses_contradictions()
    {
        Usual();
        Assert.Equal("Timestamp", (await FailAsync(new() { Index = 1, Timestamp = At(1) }, ErrorCode.InvalidArgument)).Target);
        Assert.Equal("Offset", (await FailAsync(new() { Offset = 1 }, ErrorCode.InvalidArgument)).Target);
        Assert.Equal("Index", (await FailAsync(new() { Index = -1 }, ErrorCode.InvalidArgument)).Target);
        Assert.Equal("Offset", (await FailAsync(new() { Index = 0, Offset = -1 }, ErrorCode.InvalidArgument)).Target);
        await FailAsync(new() { Generation = GenerationId.Parse("ffffffffffffffff") }, ErrorCode.GenerationNotFound);
        await Assert.ThrowsAsync<ArgumentNullException>("request", () => PlanAsync(null!));
    }

    [Fact]
    public async Task Plan_to_an_index_tells_the_ends_of_what_there_is()
    {
        // the last snapshot is ahead of the WAL, and the WAL of the last snapshot
        var (snapshotLast, walLast) = (new Listing().Add(1, "s2@0 2:0@1 s5@2").Client, new Listing().Add(1, "s2@0 2:0@1 s3@2 3:0@3 4:0@4").Client);
        Assert.Contains("2 to 5", (await FailAsync(new() { Index = 6 }, ErrorCode.RestorePointNotFound, snapshotLast)).Hint, StringComparison.Ordinal);
        Assert.Contains("2 to 5", (await FailAsync(new() { Index = 1 }, ErrorCode.RestorePointNotFound, snapshotLast)).Hint, StringComparison.Ordinal);
        Assert.Contains("2 to 4", (await FailAsync(new() { Index = 5 }, ErrorCode.RestorePointNotFound, walLast)).Hint, StringComparison.Ordinal);
        AssertPlan(await PlanAsync(new() { Index = 5 }, snapshotLast), 5);
        AssertPlan(await PlanAsync(new() { Index = 2 }, walLast), 2, (2, 0));
        AssertPlan(await PlanAsync(new() { Index = 4 }, walLast), 3, (3, 0), (4, 0));
    }

    [Fact]
    public async Task Plan_to_an_offset_in_a_damaged_segment_is_left_to_the_restore()
    {
        Usual();
        Replica.Client.Objects[Replica.SegmentKey(2, Replica.EndOfFrame(1))] = ([1, 2, 3], At(6));
        Assert.Equal(99_999, (await PlanAsync(new() { Index = 2, Offset = 99_999 })).StopOffset);
        Replica.Client.Objects.TryRemove(Replica.SegmentKey(2, Replica.EndOfFrame(1)), out _);
        await FailAsync(new() { Index = 2, Offset = 99_999 }, ErrorCode.RestorePointNotFound);
    }

    [Fact]
    public async Task Plan_to_an_offset_does_not_hide_a_failure_of_the_store()
    {
        Usual();
        var failing = new FailingReplicaClient(Replica.Client) { Fails = (operation, _) => operation == "get" };
        await FailAsync(new() { Index = 2, Offset = Replica.EndOfFrame(2) }, ErrorCode.ReplicaUnavailable, failing);
        // the start of a segment is in its name
        Assert.Equal(Replica.EndOfFrame(1), (await PlanAsync(new() { Index = 2, Offset = Replica.EndOfFrame(1) }, failing)).StopOffset);
    }
}
