using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Retention;
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
        Assert.Equal("Timestamp", (await FailAsync(new() { Index = 1, Timestamp = At(1) }, ErrorCode.InvalidArgument)).Target);
        Assert.Equal("Offset", (await FailAsync(new() { Offset = 1 }, ErrorCode.InvalidArgument)).Target);
        Assert.Equal("Index", (await FailAsync(new() { Index = -1 }, ErrorCode.InvalidArgument)).Target);
        Assert.Equal("Offset", (await FailAsync(new() { Index = 0, Offset = -1 }, ErrorCode.InvalidArgument)).Target);
        await FailAsync(new() { Generation = GenerationId.Parse("ffffffffffffffff") }, ErrorCode.GenerationNotFound);
        await Assert.ThrowsAsync<ArgumentNullException>("request", () => PlanAsync(null!));
    }

    [Fact]
    public async Task Plan_of_a_generation_that_was_named_goes_to_its_very_first_time()
    {
        Usual();
        AssertPlan(await PlanAsync(new() { Timestamp = At(0), Generation = _replica.Generation }), 0);
        var e = await FailAsync(new() { Timestamp = At(0).AddTicks(-1), Generation = _replica.Generation }, ErrorCode.RestorePointNotFound);
        Assert.Contains("2026-01-01T00:00:00Z to 2026-01-01T00:06:00Z", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_to_a_time_before_all_generations_says_what_there_is_of_all()
    {
        var client = new Listing().Add(1, "s0@20 0:0@21 s1@25").Add(2, "s0@10 0:0@11").Add(3, "s0@12 0:0@40").Add(4, "0:0@1 0:32@50").Client;
        var e = await FailAsync(new() { Timestamp = At(9) }, ErrorCode.RestorePointNotFound, client);
        Assert.Contains("2026-01-01T00:10:00Z to 2026-01-01T00:40:00Z", e.Hint, StringComparison.Ordinal);
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
        _replica.Client.Objects[_replica.SegmentKey(2, _replica.EndOfFrame(1))] = ([1, 2, 3], At(6));
        Assert.Equal(99_999, (await PlanAsync(new() { Index = 2, Offset = 99_999 })).StopOffset);
        _replica.Client.Objects.TryRemove(_replica.SegmentKey(2, _replica.EndOfFrame(1)), out _);
        await FailAsync(new() { Index = 2, Offset = 99_999 }, ErrorCode.RestorePointNotFound);
    }

    [Fact]
    public async Task Plan_to_an_offset_does_not_hide_a_failure_of_the_store()
    {
        Usual();
        var failing = new FailingReplicaClient(_replica.Client) { Fails = (operation, _) => operation == "get" };
        await FailAsync(new() { Index = 2, Offset = _replica.EndOfFrame(2) }, ErrorCode.ReplicaUnavailable, failing);
        // the start of a segment is in its name
        Assert.Equal(_replica.EndOfFrame(1), (await PlanAsync(new() { Index = 2, Offset = _replica.EndOfFrame(1) }, failing)).StopOffset);
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

    [Theory]
    [InlineData("s0@0 0:0@5", "0:0@5", null, false)] // it has nothing that the other one lacks
    [InlineData("s0@0 0:0@5", "0:0@6", null, true)]
    [InlineData("s0@0 0:0@5", "0:0@4 0:32@6", 5, false)] // nothing by that time
    [InlineData("s0@0 0:0@5", "0:0@4 0:32@6", 6, true)]
    [InlineData("s0@0 0:0@5 0:32@9", "0:0@4 0:32@6", 8, true)]
    public async Task Plan_refuses_to_pass_over_a_generation_without_a_snapshot_only_where_something_is_lost(string objects, string lost, int? minute, bool isRefused)
    {
        var client = new Listing().Add(1, objects).Add(2, lost).Client;
        var request = new RestoreRequest { Timestamp = minute is { } m ? At(m) : null };
        if (!isRefused)
        {
            var plan = await PlanAsync(request, client);
            Assert.Equal((Listing.Id(1), 0), (plan.Generation, plan.Warnings.Count));
            return;
        }

        Assert.Equal(ObjectKey.Snapshot(Listing.Id(2), 0), (await FailAsync(request, ErrorCode.ObjectMissing, client)).Target);
        var warning = Assert.Single((await PlanAsync(request with { AllowPartial = true }, client)).Warnings);
        Assert.Contains("has changes up to 2026-01-01T00:06:00Z but no snapshot", warning.Message, StringComparison.Ordinal);
        Assert.Contains($"the generation {Listing.Id(1)} is restored, which ends at 2026-01-01T00:05:00Z", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_of_several_generations_without_a_snapshot_names_one()
    {
        var client = new Listing().Add(1, "0:0@5").Add(2, "3:0@1").Client;
        Assert.Equal(ObjectKey.Snapshot(Listing.Id(2), 3), (await FailAsync(new(), ErrorCode.ObjectMissing, client)).Target);
    }

    /// <summary>Retention went on between two listings: the next ones show whole what is there.</summary>
    [Fact]
    public async Task Plan_is_made_once_more_where_listings_may_have_been_torn()
    {
        var client = new Listing().Add(1, "s0@0 0:0@1 1:0@2").Client;
        var listings = 0;
        var torn = new HookedReplicaClient(client)
        {
            Lists = (prefix, found) => Task.FromResult<IReadOnlyList<ReplicaObject>>(prefix.EndsWith("wal/", StringComparison.Ordinal) && ++listings == 1 ? [.. found.Skip(1)] : found),
        };
        AssertPlan(await PlanAsync(new(), torn), 0, (0, 0), (1, 0));
        Assert.Equal(2, listings);
    }

    [Fact]
    public async Task Plan_is_made_once_more_where_a_generation_was_not_seen()
    {
        var client = new Listing().Add(1, "s0@0 0:0@1").Client;
        var listings = 0;
        var hidden = new HookedReplicaClient(client)
        {
            Lists = (prefix, found) => Task.FromResult<IReadOnlyList<ReplicaObject>>(++listings <= 2 ? [] : found), // snapshots and WAL
        };
        AssertPlan(await PlanAsync(new() { Generation = Listing.Id(1) }, hidden), 0, (0, 0));
    }

    [Fact]
    public async Task Plan_is_not_made_again_and_again()
    {
        var listings = 0;
        var torn = new HookedReplicaClient(new Listing().Add(1, "s0@0 1:0@1").Client)
        {
            Lists = (prefix, found) =>
            {
                if (prefix.EndsWith("wal/", StringComparison.Ordinal)) listings++;
                return Task.FromResult(found);
            },
        };
        await FailAsync(new(), ErrorCode.ObjectMissing, torn);
        Assert.Equal(2, listings);
        // what is not of the listing is not asked for again
        await FailAsync(new() { Index = 0, Offset = -1 }, ErrorCode.InvalidArgument, torn);
        Assert.Equal(2, listings);
    }

    private Task<RestorePlan> PlanAsync(RestoreRequest request, IReplicaClient? client = null) => new RestorePlanner(client ?? _replica.Client).PlanAsync(request, default);

    private async Task<LitestreamException> FailAsync(RestoreRequest request, ErrorCode code, IReplicaClient? client = null)
    {
        var e = await Assert.ThrowsAsync<LitestreamException>(() => PlanAsync(request, client));
        Assert.Equal(code, e.Code);
        Assert.All([e.Message, e.Target, e.Hint], text => Assert.False(string.IsNullOrWhiteSpace(text)));
        return e;
    }

    private static void AssertPlan(RestorePlan plan, int snapshot, params (int Index, long Offset)[] segments)
    {
        Assert.Equal(snapshot, plan.Snapshot.Index);
        Assert.Equal(segments, plan.Segments.Select(s => (s.Start.Index, s.Start.Offset)));
    }
}
