using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>What a restore that may be partial does; the damage table has the real replicas.</summary>
public sealed class PartialRestoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ReplicaBuilder _replica = new();

    // snapshot 0 @0, (0,0) @1, (0,1) @2, (1,0) @3, (1,1) @4, snapshot 2 @5, (2,0) @6, (2,1) @7
    public PartialRestoreTests() => _replica
        .Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2).Segment()
        .Wal(1).Commit(4, 3, 3).Segment().Commit(5, 3, 1).Segment()
        .Put(ObjectKey.Snapshot(_replica.Generation, 2), [.. _replica.Page(1, 5), .. _replica.Page(2, 3), .. _replica.Page(3, 4)])
        .Wal(2).Commit(6, 3, 1).Segment().Commit(7, 3, 2).Segment();

    private string Newest => ObjectKey.Snapshot(_replica.Generation, 2);

    [Fact]
    public async Task Restore_is_whole_where_nothing_is_damaged()
    {
        var result = await RestoreAsync(new());
        Assert.Equal([6, 7, 4], Versions());
        Assert.Null(result.Loss);
        Assert.Empty(result.Warnings);
        Assert.Equal(result.Plan.RestoresTo, result.RestoredTo);
    }

    [Fact]
    public async Task Restore_stops_at_the_last_commit_before_the_damage_and_says_what_is_lost()
    {
        var damaged = _replica.SegmentKey(2, _replica.EndOfFrame(1));
        Damage(damaged);
        var result = await RestoreAsync(new());
        Assert.Equal([6, 3, 4], Versions());
        Assert.Equal((new Position(2, _replica.EndOfFrame(1)), ReplicaBuilder.At(6)), (result.Reached, result.RestoredTo));
        Assert.Equal((ErrorCode.ObjectCorrupt, damaged, ReplicaBuilder.At(7)), (result.Loss!.Code, result.Loss.Key, result.Loss.Until));
        Assert.Equal([damaged], result.Loss.Segments.Select(s => s.Key));
        var warning = Assert.Single(result.Warnings);
        Assert.Equal((RestoreWarningKind.Partial, damaged), (warning.Kind, warning.Target));
        Assert.Contains($"index 2, offset {_replica.EndOfFrame(1)} (2026-01-01T00:06:00Z)", warning.Message, StringComparison.Ordinal);
        Assert.Contains("1 segments up to 2026-01-01T00:07:00Z are lost", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_takes_an_older_snapshot_for_a_damaged_one_and_loses_nothing()
    {
        Damage(Newest);
        var result = await RestoreAsync(new());
        Assert.Equal([6, 7, 4], Versions());
        Assert.Null(result.Loss);
        var warning = Assert.Single(result.Warnings);
        Assert.Equal((RestoreWarningKind.SnapshotSkipped, Newest), (warning.Kind, warning.Target));
    }

    [Fact]
    public async Task Restore_goes_as_far_as_it_can_from_an_older_snapshot()
    {
        Damage(Newest);
        _replica.Client.Objects.TryRemove(_replica.SegmentKey(1, 0), out _);
        var plan = await PlanAsync(new());
        Assert.Null(plan.Loss);
        var result = await RestoreAsync(new());
        Assert.Equal([2, 3, 1], Versions());
        Assert.Equal(_replica.SegmentKey(1, 0), result.Loss!.Key);
        Assert.Equal(3, result.Loss.Segments.Count);
        Assert.Equal([RestoreWarningKind.SnapshotSkipped, RestoreWarningKind.Partial], result.Warnings.Select(w => w.Kind));
    }

    /// <summary>Nothing is lost by the newer snapshot, though a snapshot of Litestream might be ahead of this point and the older one is preferred.</summary>
    [Fact]
    public async Task Restore_takes_the_chain_that_leads_furthest_and_not_one_that_breaks_early()
    {
        var damaged = _replica.SegmentKey(1, 0);
        Damage(damaged);
        var request = new RestoreRequest { Index = 2, Offset = _replica.EndOfFrame(1) };
        Assert.Equal(0, (await PlanAsync(request)).Snapshot.Index);

        var result = await RestoreAsync(request);

        Assert.Equal([6, 3, 4], Versions());
        Assert.Equal((2, new Position(2, _replica.EndOfFrame(1)), null), (result.Plan.Snapshot.Index, result.Reached, result.Loss));
    }

    [Fact]
    public async Task Restore_takes_a_snapshot_alone_where_the_chain_of_the_older_one_breaks_early()
    {
        // the snapshot of index 1 holds (1,1) already, which was shipped after the time that is asked for
        var replica = new ReplicaBuilder();
        replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment(1).Commit(3, 3, 2).Segment(2).Wal(1).Commit(4, 3, 3).Segment(3).Commit(5, 3, 1).Segment(6)
            .Put(ObjectKey.Snapshot(replica.Generation, 1), [.. replica.Page(1, 5), .. replica.Page(2, 3), .. replica.Page(3, 4)], 4);
        replica.Client.Objects[replica.SegmentKey(0, replica.EndOfFrame(1))] = ([1, 2, 3], ReplicaBuilder.At(2));

        var result = await RunAsync(await PlanAsync(new() { Timestamp = ReplicaBuilder.At(5) }, replica: replica), replica);

        Assert.Equal([5, 3, 4], Versions());
        Assert.Equal((new Position(1, 0), ErrorCode.RestorePointNotFound), (result.Reached, result.Loss!.Code));
    }

    [Fact]
    public async Task Restore_that_is_thrown_away_for_a_better_one_is_made_again_where_that_fails()
    {
        Damage(_replica.SegmentKey(1, 0));
        Damage(Newest);

        var result = await RestoreAsync(new() { Index = 2, Offset = _replica.EndOfFrame(1) });

        Assert.Equal([2, 3, 1], Versions());
        Assert.Equal(_replica.SegmentKey(1, 0), result.Loss!.Key);
        Assert.Contains(result.Warnings, w => w.Kind == RestoreWarningKind.SnapshotSkipped && w.Target == Newest);
    }

    [Fact]
    public async Task Plan_shows_the_gap_that_names_reveal()
    {
        _replica.Client.Objects.TryRemove(_replica.SegmentKey(2, 0), out _);
        var plan = await PlanAsync(new());
        Assert.Equal((ErrorCode.ObjectMissing, _replica.SegmentKey(2, 0)), (plan.Loss!.Code, plan.Loss.Key));
        Assert.Equal([_replica.SegmentKey(2, _replica.EndOfFrame(1))], plan.Loss.Segments.Select(s => s.Key));
        Assert.Equal(2, plan.Snapshot.Index);
        await RestoreAsync(new());
        Assert.Equal([5, 3, 4], Versions());
    }

    [Fact]
    public async Task Restore_fails_as_ever_when_no_snapshot_is_of_use()
    {
        Damage(Newest);
        Damage(ObjectKey.Snapshot(_replica.Generation, 0));
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(new()));
        Assert.Equal((ErrorCode.ObjectCorrupt, Newest), (e.Code, e.Target));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Restore_that_may_not_be_partial_tells_where_an_older_snapshot_leads()
    {
        Damage(Newest);
        var plan = await PlanAsync(new(), allowPartial: false);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RunAsync(plan));
        Assert.Equal((ErrorCode.ObjectCorrupt, Newest), (e.Code, e.Target));
        Assert.Contains("index 2 (2026-01-01T00:07:00Z), from the snapshot of index 0", e.Hint, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Restore_that_may_not_be_partial_tells_of_a_newer_snapshot_that_stands_at_the_point_by_its_name()
    {
        // a snapshot of Litestream may hold commits of its own index, so the older one is taken
        var request = new RestoreRequest { Index = 2, Offset = 0 };
        Damage(ObjectKey.Snapshot(_replica.Generation, 0));
        var plan = await PlanAsync(request, allowPartial: false);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RunAsync(plan));
        Assert.Equal((ErrorCode.ObjectCorrupt, plan.Snapshot.Key), (e.Code, e.Target));
        Assert.Contains("index 2, offset 0 (2026-01-01T00:05:00Z), from the snapshot of index 2", e.Hint, StringComparison.Ordinal);
        await RestoreAsync(request);
        Assert.Equal([5, 3, 4], Versions());
    }

    [Fact]
    public async Task Restore_says_that_changes_are_lost_where_no_object_tells_which()
    {
        var replica = new ReplicaBuilder();
        replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Snapshot(3);
        var result = await RunAsync(await PlanAsync(new() { Index = 2 }, replica: replica), replica);
        Assert.Equal((replica.SegmentKey(1, 0), null), (result.Loss!.Key, result.Loss.Until));
        Assert.EndsWith("Changes behind it are lost.", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_counts_as_lost_what_lies_behind_damage_and_what_lies_behind_a_gap()
    {
        // index 1 does not follow on index 0, and its damage shows that it is no part of it; index 2 is missing
        var replica = new ReplicaBuilder();
        replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Wal(1, salt: 500_000).Commit(3, 3, 2).Segment().Commit(4, 3, 3).Segment().Wal(3).Commit(5, 3, 1).Segment();
        var damaged = replica.SegmentKey(1, replica.EndOfFrame(1));
        replica.Client.Objects[damaged] = ([1, 2, 3], ReplicaBuilder.At(3));
        var result = await RunAsync(await PlanAsync(new(), replica: replica), replica);
        Assert.Equal([2, 1, 1], Versions());
        Assert.Equal((ErrorCode.ObjectCorrupt, damaged), (result.Loss!.Code, result.Loss.Key));
        Assert.Equal([replica.SegmentKey(1, 0), damaged, replica.SegmentKey(3, 0)], result.Loss.Segments.Select(s => s.Key));
    }

    [Fact]
    public async Task Restore_does_not_hide_a_failure_of_the_store()
    {
        var plan = await PlanAsync(new());
        var failing = new FailingReplicaClient(_replica.Client) { Fails = (_, key) => key == plan.Segments[^1].Key };
        var e = await Assert.ThrowsAsync<LitestreamException>(() => new Restorer(new()).RestoreAsync(
            failing, plan, _folder["db"], new() { Check = IntegrityCheckMode.None }, null, default));
        Assert.Equal(ErrorCode.ReplicaUnavailable, e.Code);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Restore_warns_where_a_damaged_object_keeps_it_from_knowing_whether_the_snapshot_is_ahead()
    {
        // (0,0) was shipped before the snapshot was made
        var replica = new ReplicaBuilder();
        replica.Snapshot(0, minute: 5).Wal(0).Commit(2, 3, 1).Segment(1).Commit(3, 3, 2).Segment(6);
        replica.Client.Objects[replica.SegmentKey(0, replica.EndOfFrame(1))] = ([], ReplicaBuilder.At(6));
        var result = await RunAsync(await PlanAsync(new(), replica: replica), replica);
        Assert.Equal([RestoreWarningKind.SnapshotMayBeAhead, RestoreWarningKind.Partial], result.Warnings.Select(w => w.Kind));
    }

    public void Dispose() => _folder.Dispose();

    private void Damage(string key) => _replica.Client.Objects[key] = ([1, 2, 3], _replica.Client.Objects[key].Time);

    private int[] Versions()
    {
        var bytes = File.ReadAllBytes(_folder["db"]);
        return [.. Enumerable.Range(0, bytes.Length / 512).Select(i => (int)bytes[i * 512 + 200])];
    }

    private Task<RestorePlan> PlanAsync(RestoreRequest request, bool allowPartial = true, ReplicaBuilder? replica = null) =>
        new RestorePlanner((replica ?? _replica).Client).PlanAsync(request with { AllowPartial = allowPartial }, default);

    private async Task<RestoreResult> RestoreAsync(RestoreRequest request) => await RunAsync(await PlanAsync(request));

    private Task<RestoreResult> RunAsync(RestorePlan plan, ReplicaBuilder? replica = null) => new Restorer(new()).RestoreAsync(
        (replica ?? _replica).Client, plan, _folder["db"], new() { Check = IntegrityCheckMode.None }, null, default);
}
