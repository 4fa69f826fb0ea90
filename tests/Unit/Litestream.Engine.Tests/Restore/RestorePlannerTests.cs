using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;
using static Litestream.Engine.Tests.Fakes.ReplicaBuilder;

namespace Litestream.Engine.Tests.Restore;

public sealed class RestorePlannerTests
{
    private readonly ReplicaBuilder _replica = new();

    // snapshot 0 @0, (0,0) @1, (0,1) @2, (1,0) @3, snapshot 2 @4, (2,0) @5, (2,1) @6
    private ReplicaBuilder Usual() => _replica
        .Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2).Segment()
        .Wal(1).Commit(4, 3, 3).Segment()
        .Snapshot(2).Wal(2).Commit(5, 3, 1).Segment().Commit(6, 3, 2).Segment();

    [Fact]
    public async Task Plan_takes_the_newest_snapshot_and_all_after_it()
    {
        Usual();
        var plan = await PlanAsync(new());
        AssertPlan(plan, 2, (2, 0), (2, _replica.EndOfFrame(1)));
        Assert.Equal(At(6), plan.RestoresTo);
        Assert.Null(plan.StopOffset);
    }

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
        await FailAsync(new() { Timestamp = At(-1), Generation = _replica.Generation }, ErrorCode.RestorePointNotFound);
    }

    [Fact]
    public async Task Plan_to_a_time_stops_at_the_first_later_segment()
    {
        _replica.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1).Commit(3, 3, 2).Segment(9).Commit(4, 3, 3).Segment(2);
        AssertPlan(await PlanAsync(new() { Timestamp = At(3) }), 0, (0, 0));
    }

    [Fact]
    public async Task Plan_to_a_time_avoids_a_snapshot_that_may_hold_more_than_is_replayed()
    {
        // the snapshot of index 1 was made before a part of its index was shipped, and the time lies between
        _replica.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1)
            .Wal(1).Commit(3, 3, 2).Segment(2).Snapshot(1, minute: 3).Commit(4, 3, 3).Segment(5);
        AssertPlan(await PlanAsync(new() { Timestamp = At(4) }), 0, (0, 0), (1, 0));
        AssertPlan(await PlanAsync(new() { Timestamp = At(5) }), 1, (1, 0), (1, _replica.EndOfFrame(1)));
        AssertPlan(await PlanAsync(new()), 1, (1, 0), (1, _replica.EndOfFrame(1)));
    }

    [Fact]
    public async Task Plan_to_a_time_takes_a_snapshot_when_a_segment_made_after_it_is_replayed()
    {
        _replica.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1)
            .Wal(1).Commit(3, 3, 2).Segment(2).Snapshot(1, minute: 3).Commit(4, 3, 3).Segment(4).Commit(5, 3, 3).Segment(9);
        AssertPlan(await PlanAsync(new() { Timestamp = At(5) }), 1, (1, 0), (1, _replica.EndOfFrame(1)));
    }

    [Fact]
    public async Task Plan_to_a_time_takes_the_first_snapshot_when_there_is_no_older()
    {
        _replica.Snapshot(0, minute: 3).Wal(0).Commit(2, 3, 1).Segment(1).Commit(3, 3, 2).Segment(9);
        AssertPlan(await PlanAsync(new() { Timestamp = At(5) }), 0, (0, 0));
    }

    [Fact]
    public async Task Plan_to_a_time_falls_back_on_no_broken_chain()
    {
        // the older snapshot would be the safer one, but its WAL has a hole
        _replica.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1)
            .Wal(2).Commit(3, 3, 2).Segment(2).Snapshot(2, minute: 3).Commit(4, 3, 3).Segment(5);
        AssertPlan(await PlanAsync(new() { Timestamp = At(4) }), 2, (2, 0));
    }

    [Fact]
    public async Task Plan_to_an_index_applies_it_whole()
    {
        Usual();
        AssertPlan(await PlanAsync(new() { Index = 0 }), 0, (0, 0), (0, _replica.EndOfFrame(1)));
        AssertPlan(await PlanAsync(new() { Index = 1 }), 0, (0, 0), (0, _replica.EndOfFrame(1)), (1, 0));
        AssertPlan(await PlanAsync(new() { Index = 2 }), 2, (2, 0), (2, _replica.EndOfFrame(1)));
    }

    [Fact]
    public async Task Plan_to_an_offset_takes_what_begins_before_it()
    {
        Usual();
        var plan = await PlanAsync(new() { Index = 0, Offset = _replica.EndOfFrame(1) });
        AssertPlan(plan, 0, (0, 0));
        Assert.Equal(_replica.EndOfFrame(1), plan.StopOffset);
        plan = await PlanAsync(new() { Index = 0, Offset = _replica.EndOfFrame(1) + 1 });
        AssertPlan(plan, 0, (0, 0), (0, _replica.EndOfFrame(1)));
        plan = await PlanAsync(new() { Index = 1, Offset = 0 });
        AssertPlan(plan, 0, (0, 0), (0, _replica.EndOfFrame(1)));
        Assert.Null(plan.StopOffset);
        plan = await PlanAsync(new() { Index = 0, Offset = 0 });
        AssertPlan(plan, 0);
    }

    [Fact]
    public async Task Plan_to_an_offset_avoids_a_snapshot_that_may_hold_more()
    {
        Usual();
        var plan = await PlanAsync(new() { Index = 2, Offset = _replica.EndOfFrame(1) });
        AssertPlan(plan, 0, (0, 0), (0, _replica.EndOfFrame(1)), (1, 0), (2, 0));
    }

    [Theory]
    [InlineData(3, null)]
    [InlineData(2, 5000L)]
    public async Task Plan_beyond_the_end_says_what_there_is(int index, long? offset)
    {
        Usual();
        var e = await FailAsync(new() { Index = index, Offset = offset }, ErrorCode.RestorePointNotFound);
        Assert.Contains(offset is null ? "0 to 2" : $"{_replica.EndOfFrame(2)}", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_to_the_very_end_is_possible()
    {
        Usual();
        Assert.Equal(_replica.EndOfFrame(2), (await PlanAsync(new() { Index = 2, Offset = _replica.EndOfFrame(2) })).StopOffset);
        await FailAsync(new() { Index = 2, Offset = _replica.EndOfFrame(2) + 1 }, ErrorCode.RestorePointNotFound);
    }

    [Fact]
    public async Task Plan_below_the_first_snapshot_says_what_there_is()
    {
        _replica.Snapshot(4).Wal(4).Commit(2, 3, 1).Segment();
        Assert.Contains("4 to 4", (await FailAsync(new() { Index = 3 }, ErrorCode.RestorePointNotFound)).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_with_only_a_snapshot_is_that_snapshot()
    {
        _replica.Snapshot(5);
        AssertPlan(await PlanAsync(new()), 5);
        AssertPlan(await PlanAsync(new() { Index = 5 }), 5);
        AssertPlan(await PlanAsync(new() { Index = 5, Offset = 0 }), 5);
        await FailAsync(new() { Index = 5, Offset = 1 }, ErrorCode.RestorePointNotFound);
    }

    [Fact]
    public async Task Plan_with_a_snapshot_ahead_of_all_WAL_is_that_snapshot()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Snapshot(7);
        AssertPlan(await PlanAsync(new()), 7);
    }

    [Fact]
    public async Task Plan_ignores_damage_before_its_snapshot()
    {
        Usual();
        _replica.Client.Objects.TryRemove(_replica.SegmentKey(0, 0), out _);
        AssertPlan(await PlanAsync(new()), 2, (2, 0), (2, _replica.EndOfFrame(1)));
    }

    [Fact]
    public async Task Plan_names_a_missing_index_and_the_last_good_point()
    {
        Usual();
        _replica.Client.Objects.TryRemove(_replica.SegmentKey(1, 0), out _);
        _replica.Client.Objects.TryRemove(ObjectKey.Snapshot(_replica.Generation, 2), out _);
        var e = await FailAsync(new(), ErrorCode.ObjectMissing);
        Assert.Equal(_replica.SegmentKey(1, 0), e.Target);
        Assert.Contains("index 0 (2026-01-01T00:02:00Z)", e.Hint, StringComparison.Ordinal);
        Assert.Equal(2, (await PlanAsync(new() { Index = 0 })).Segments.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Plan_names_a_missing_first_segment(int index)
    {
        Usual();
        _replica.Client.Objects.TryRemove(_replica.SegmentKey(index, 0), out _);
        var e = await FailAsync(new() { Index = index }, ErrorCode.ObjectMissing);
        Assert.Equal(_replica.SegmentKey(index, 0), e.Target);
    }

    [Fact]
    public async Task Plan_names_a_missing_last_index_that_a_later_snapshot_proves()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Snapshot(3);
        Assert.Equal(_replica.SegmentKey(1, 0), (await FailAsync(new() { Index = 2 }, ErrorCode.ObjectMissing)).Target);
        Assert.Equal(_replica.SegmentKey(1, 0), (await FailAsync(new() { Index = 1 }, ErrorCode.ObjectMissing)).Target);
    }

    [Fact]
    public async Task Plan_names_the_missing_WAL_of_the_snapshots_own_index()
    {
        _replica.Snapshot(2).Wal(3).Commit(2, 3, 1).Segment();
        Assert.Equal(_replica.SegmentKey(2, 0), (await FailAsync(new() { Index = 2 }, ErrorCode.ObjectMissing)).Target);
        Assert.Equal(_replica.SegmentKey(2, 0), (await FailAsync(new() { Index = 3, Offset = 0 }, ErrorCode.ObjectMissing)).Target);
        AssertPlan(await PlanAsync(new() { Index = 2, Offset = 0 }), 2);
    }

    [Fact]
    public async Task Plan_without_a_snapshot_is_not_possible()
    {
        _replica.Wal(0).Commit(2, 3, 1).Segment();
        foreach (var request in (RestoreRequest[])[new(), new() { Timestamp = At(9) }, new() { Generation = _replica.Generation }, new() { AllowPartial = true }])
            Assert.Equal(ObjectKey.Snapshot(_replica.Generation, 0), (await FailAsync(request, ErrorCode.ObjectMissing)).Target);
    }

    [Fact]
    public async Task Plan_chooses_the_generation_with_the_newest_fitting_point()
    {
        var (a, b) = ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb");
        Of(b).Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(10);
        Of(a).Snapshot(0, minute: 20).Wal(0).Commit(2, 3, 1).Segment(30);
        Assert.Equal(a, await ChosenAsync(new()));
        Assert.Equal(b, await ChosenAsync(new() { Timestamp = At(15) }));
        Assert.Equal(a, await ChosenAsync(new() { Timestamp = At(20) }));
        Assert.Equal(a, await ChosenAsync(new() { Timestamp = At(99) }));
        Assert.Equal(b, await ChosenAsync(new() { Generation = GenerationId.Parse(b) }));

        ReplicaBuilder Of(string generation) => new(generation) { Client = _replica.Client };
        async Task<string> ChosenAsync(RestoreRequest request) => (await PlanAsync(request)).Generation.ToString();
    }

    [Fact]
    public async Task Plan_passes_over_the_newest_generation_without_a_snapshot_only_when_allowed()
    {
        var newest = GenerationId.Parse("cccccccccccccccc");
        Usual();
        new ReplicaBuilder($"{newest}") { Client = _replica.Client }.Wal(0).Commit(2, 3, 1).Segment(40);
        Assert.Equal(ObjectKey.Snapshot(newest, 0), (await FailAsync(new(), ErrorCode.ObjectMissing)).Target);
        await FailAsync(new() { Timestamp = At(41) }, ErrorCode.ObjectMissing);
        Assert.Empty((await PlanAsync(new() { Timestamp = At(39) })).Warnings);
        Assert.Empty((await PlanAsync(new() { Generation = _replica.Generation })).Warnings);

        var plan = await PlanAsync(new() { AllowPartial = true });

        AssertPlan(plan, 2, (2, 0), (2, _replica.EndOfFrame(1)));
        var warning = Assert.Single(plan.Warnings);
        Assert.Equal((RestoreWarningKind.GenerationSkipped, $"{newest}"), (warning.Kind, warning.Target));
        Assert.Contains("2026-01-01T00:40:00Z", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_refuses_contradictions()
    {
        Usual();
        await FailAsync(new() { Index = 1, Timestamp = At(1) }, ErrorCode.InvalidArgument);
        await FailAsync(new() { Offset = 1 }, ErrorCode.InvalidArgument);
        await FailAsync(new() { Index = -1 }, ErrorCode.InvalidArgument);
        await FailAsync(new() { Index = 0, Offset = -1 }, ErrorCode.InvalidArgument);
        await FailAsync(new() { Generation = GenerationId.Parse("ffffffffffffffff") }, ErrorCode.GenerationNotFound);
    }

    private Task<RestorePlan> PlanAsync(RestoreRequest request) => new RestorePlanner(_replica.Client).PlanAsync(request, default);

    private async Task<LitestreamException> FailAsync(RestoreRequest request, ErrorCode code)
    {
        var e = await Assert.ThrowsAsync<LitestreamException>(() => PlanAsync(request));
        Assert.Equal(code, e.Code);
        return e;
    }

    private static void AssertPlan(RestorePlan plan, int snapshot, params (int Index, long Offset)[] segments)
    {
        Assert.Equal(snapshot, plan.Snapshot.Index);
        Assert.Equal(segments, plan.Segments.Select(s => (s.Start.Index, s.Start.Offset)));
    }
}
