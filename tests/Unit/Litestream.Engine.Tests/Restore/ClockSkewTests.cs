using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;
using static Litestream.Engine.Tests.Fakes.ReplicaBuilder;

namespace Litestream.Engine.Tests.Restore;

/// <summary>Replicas whose times are wrong. The rule: from the last snapshot that is not later than the time, the segments in order of
/// position up to the first that is later; and a warning where times go back.</summary>
public sealed class ClockSkewTests : IDisposable
{
    private const double Years = 5 * 366 * 24 * 60;

    private readonly TempFolder _folder = new();
    private readonly ReplicaBuilder _replica = new();

    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 1)] // a segment of before that time follows, but behind a later one
    [InlineData(Years, 3)]
    [InlineData(Years * 2, 4)]
    public async Task Restore_to_a_time_ends_before_the_first_later_segment_when_a_clock_jumped_ahead_and_back(double minute, int commits)
    {
        Chain(1, Years, 3, Years * 1.5);
        var result = await RestoreAsync(new() { Timestamp = At(minute) });
        AssertCommits(commits);
        AssertWarning(result, 3);
    }

    [Fact]
    public async Task Restore_to_a_time_works_without_a_warning_when_a_clock_jumped_ahead_for_good()
    {
        Chain(1, Years, Years + 1, Years + 2);
        Assert.Empty((await RestoreAsync(new() { Timestamp = At(3) })).Warnings);
        AssertCommits(1);
    }

    [Fact]
    public async Task Restore_to_a_time_warns_when_a_clock_went_back()
    {
        Chain(10, 11, 4, 5);
        AssertWarning(await RestoreAsync(new() { Timestamp = At(10) }), 3);
        AssertCommits(1);
    }

    [Fact]
    public async Task Restore_to_a_time_in_a_generation_whose_segments_are_all_older_than_its_snapshot_never_mixes()
    {
        // as a copy leaves it that takes the folder wal first
        ChainFrom(50, 10, 20, 30, 40);
        await RestoreAsync(new() { Timestamp = At(50) });
        AssertCommits(4);
        await FailAsync(new() { Timestamp = At(25) });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public async Task Restore_to_equal_times_takes_all_or_none(double beyond)
    {
        ChainFrom(7, 7, 7, 7, 7);
        Assert.Empty((await RestoreAsync(new() { Timestamp = At(7 + beyond) })).Warnings);
        AssertCommits(4);
        var e = await FailAsync(new() { Timestamp = At(6.9) });
        Assert.Contains("2026-01-01T00:07:00Z to 2026-01-01T00:07:00Z", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_to_whole_seconds_takes_all_of_that_second()
    {
        Chain(1, 1, 1 + 1 / 60.0, 1 + 1 / 60.0);
        await RestoreAsync(new() { Timestamp = At(1).AddMilliseconds(999) });
        AssertCommits(2);
    }

    [Fact]
    public async Task Restore_to_a_time_does_not_depend_on_the_time_zone()
    {
        Chain(1, 2, 3, 4);
        await RestoreAsync(new() { Timestamp = At(2).ToOffset(TimeSpan.FromHours(-9.5)) });
        AssertCommits(2);
    }

    [Fact]
    public async Task Plan_warns_of_a_snapshot_that_is_older_than_what_is_before_it()
    {
        Chain(10, 11, 12, 13);
        _replica.Snapshot(1, minute: 5);
        var plan = await PlanAsync(new() { Timestamp = At(10) });
        Assert.Equal((RestoreWarningKind.TimesOutOfOrder, ObjectKey.Snapshot(_replica.Generation, 1)),
            (plan.Warnings.Single().Kind, plan.Warnings.Single().Target));
        // the snapshot is not later than the time, and it stands behind all of index 0
        Assert.Equal((1, 0), (plan.Snapshot.Index, plan.Segments.Count));
    }

    [Fact]
    public async Task Plan_for_the_latest_state_heeds_times_only_where_they_choose_between_generations()
    {
        Chain(10, 11, 4, 5);
        Assert.Empty((await PlanAsync(new())).Warnings);
        new ReplicaBuilder("fedcba9876543210") { Client = _replica.Client }.Snapshot(0, minute: 20).Wal(0).Commit(2, 3, 1).Segment(21);
        var plan = await PlanAsync(new());
        Assert.Equal("fedcba9876543210", plan.Generation.ToString());
        Assert.Equal(RestoreWarningKind.TimesOutOfOrder, Assert.Single(plan.Warnings).Kind);
        Assert.Empty((await PlanAsync(new() { Generation = _replica.Generation })).Warnings);
    }

    public void Dispose() => _folder.Dispose();

    // a snapshot and four commits of a page each, with these times
    private void Chain(params double[] minutes) => ChainFrom(0, minutes);

    private void ChainFrom(double snapshot, params double[] minutes)
    {
        _replica.Snapshot(0, pages: 4, minute: snapshot).Wal(0);
        for (var i = 0; i < minutes.Length; i++) _replica.Commit(9, 4, (uint)i + 1).Segment(minutes[i]);
    }

    private void AssertCommits(int count)
    {
        var bytes = File.ReadAllBytes(_folder["db"]);
        Assert.Equal(Enumerable.Range(0, 4).Select(i => i < count ? 9 : 1), Enumerable.Range(0, 4).Select(i => (int)bytes[i * 512 + 200]));
        File.Delete(_folder["db"]);
    }

    private void AssertWarning(RestoreResult result, int segment)
    {
        var warning = Assert.Single(result.Warnings);
        Assert.Equal((RestoreWarningKind.TimesOutOfOrder, _replica.SegmentKey(0, segment == 1 ? 0 : _replica.EndOfFrame(segment - 1))),
            (warning.Kind, warning.Target));
    }

    private Task<RestorePlan> PlanAsync(RestoreRequest request) => new RestorePlanner(_replica.Client).PlanAsync(request, default);

    private async Task<RestoreResult> RestoreAsync(RestoreRequest request) => await new Restorer(new()).RestoreAsync(
        _replica.Client, await PlanAsync(request), _folder["db"], new() { Check = IntegrityCheckMode.None }, null, default);

    private async Task<LitestreamException> FailAsync(RestoreRequest request)
    {
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(request));
        Assert.Equal(ErrorCode.RestorePointNotFound, e.Code);
        return e;
    }
}
