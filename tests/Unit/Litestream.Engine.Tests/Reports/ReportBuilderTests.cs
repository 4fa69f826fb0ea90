using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Reports;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Reports;

public sealed class ReportBuilderTests
{
    private readonly ReplicaBuilder _replica = new();
    private readonly ReportBuilder _report = new(ReplicaBuilder.At(60));

    [Fact]
    public async Task A_whole_generation_is_one_window()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Wal(1).Commit(3, 3, 2).Segment();

        var generation = Assert.Single((await ListAsync()).Generations);

        Assert.Equal([new(ReplicaBuilder.At(0), ReplicaBuilder.At(2))], generation.Windows);
        Assert.Empty(generation.Gaps);
    }

    [Fact]
    public async Task A_missing_index_is_a_gap_until_the_next_snapshot()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment()
            .Wal(2).Commit(3, 3, 2).Segment().Snapshot(3).Wal(3).Commit(4, 3, 1).Segment();

        var generation = Assert.Single((await ListAsync()).Generations);

        Assert.Equal([new(ReplicaBuilder.At(0), ReplicaBuilder.At(1)), new(ReplicaBuilder.At(3), ReplicaBuilder.At(4))], generation.Windows);
        Assert.Equal([new TimeRange(ReplicaBuilder.At(1), ReplicaBuilder.At(3))], generation.Gaps);
    }

    /// <summary>Names show nothing of it, so without what a reading has found the report would have no gap.</summary>
    [Fact]
    public async Task Damage_that_was_found_is_a_gap()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Wal(1).Commit(3, 3, 2).Segment().Snapshot(2).Wal(2).Commit(4, 3, 1).Segment();
        var generation = await new ReplicaCatalog(_replica.Client).ListGenerationsAsync(default).SingleAsync();
        _report.Add(_replica.Client.Url, [RestoreObstacle.Parse(generation.Segments[1].Key)!]);

        var reported = Assert.Single((await ListAsync()).Generations);

        Assert.Equal([new(ReplicaBuilder.At(0), ReplicaBuilder.At(1)), new(ReplicaBuilder.At(3), ReplicaBuilder.At(4))], reported.Windows);
        Assert.Equal([new TimeRange(ReplicaBuilder.At(1), ReplicaBuilder.At(3))], reported.Gaps);
    }

    [Theory]
    [InlineData("Passed", "Failed", "Passed", "<span class=\"verdict failed\">Failed</span>")]
    [InlineData("Passed", "Passed", "Passed", "<span class=\"verdict passed\">Passed</span>")]
    [InlineData("Failed", "Passed", "Passed", "<span class=\"verdict failed\">Failed</span>")]
    [InlineData(null, "Failed", "Passed", "<span class=\"verdict failed\">Failed</span>")]
    [InlineData(null, "Passed", "Failed", "<span class=\"verdict skipped\">Not drilled</span>")]
    public void The_verdict_is_the_worst_of_the_last_drill_and_the_newest_reading_of_each_generation(string? drill, string newest, string older, string expected)
    {
        if (drill is not null) _report.Add("memory", new ReportedDrill(ReplicaBuilder.At(50), drill));
        foreach (var (minute, generation, result) in new[] { (10, "1", older), (20, "1", newest), (30, "2", "Passed") })
            _report.Add("memory", new ReportedTest(ReplicaBuilder.At(minute), generation, result, "Proven", 1, 1, TimeSpan.Zero, []));

        Assert.Contains(expected, System.Text.Encoding.UTF8.GetString(Engine.Reports.Html.HtmlReport.Write(_report.Build())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generation_without_a_snapshot_restores_nowhere()
    {
        _replica.Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 1).Segment();

        var generation = Assert.Single((await ListAsync()).Generations);

        Assert.Empty(generation.Windows);
        Assert.Equal([new TimeRange(ReplicaBuilder.At(0), ReplicaBuilder.At(1))], generation.Gaps);
    }

    [Fact]
    public async Task A_replica_that_is_not_there_is_told_in_the_report()
    {
        var error = await Assert.ThrowsAsync<LitestreamException>(() => _report.ListAsync(_replica.Client, default));

        Assert.Equal(ErrorCode.ReplicaNotFound, error.Code);
        Assert.Equal(error.Message, Assert.Single(_report.Build().Replicas).Problem);
    }

    private async Task<ReplicaReport> ListAsync()
    {
        await _report.ListAsync(_replica.Client, default);
        return Assert.Single(_report.Build().Replicas);
    }
}
