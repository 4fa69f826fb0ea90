using Litestream.Engine.Drills;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Drills;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>What a restore and a drill tell of SQLite's work: the database is larger than SQLite's cache.</summary>
public sealed class RestoreProgressTests : IDisposable
{
    private readonly DrillBench _bench = new();
    private readonly Collector _told = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_restore_tells_how_far_the_check_is_by_bytes_of_the_database_and_an_estimate()
    {
        await ReplicateAsync();
        await using var client = RunningReplication.Folder(_bench.ReplicaPath);
        var plan = await new RestorePlanner(client).PlanAsync(new(), default);

        var result = await new Restorer(new()).RestoreAsync(client, plan, _bench.Database["restored.db"], new() { Check = IntegrityCheckMode.Full }, _told, default);

        var check = _told.Of(RestorePhase.Check)[1..]; // the first tells that it begins
        Assert.Equal(check.Select(r => r.BytesDone).Order(), check.Select(r => r.BytesDone));
        Assert.All(check, r => Assert.Equal((0, 0), (r.BytesTotal, r.BytesDone % result.PageSize)));
        Assert.InRange(check[^1].BytesDone, SizeOf(result) / 2, 2 * SizeOf(result));
        Assert.Equal(check.Select(r => r.Share).Order(), check.Select(r => r.Share));
        Assert.InRange(check[^1].Share!.Value, 0.5, 0.99);
    }

    [Fact]
    public async Task A_drill_tells_of_an_assertion_what_that_reads_itself()
    {
        await ReplicateAsync();
        await using var client = RunningReplication.Folder(_bench.ReplicaPath);
        var request = new DrillRequest { WorkingFolder = _bench.WorkPath, AssertSql = "SELECT count(*) FROM item WHERE hex(data) <> ''" };

        using var run = await new Drill(new()).RunAsync(client, request, _told, default);

        Assert.Equal(DrillVerdict.Passed, run.Result.Verdict);
        var (check, assertion) = (_told.Of(RestorePhase.Check), _told.Of(RestorePhase.Assertion));
        Assert.All(assertion, r => Assert.Equal((0, null, null), (r.BytesTotal, r.Share, r.Left)));
        Assert.Equal(assertion.Select(r => r.BytesDone).Order(), assertion.Select(r => r.BytesDone));
        // not what the checks have read before
        Assert.True(check[^1].BytesDone > SizeOf(run.Result.Restored!) / 2);
        Assert.InRange(assertion[^1].BytesDone, SizeOf(run.Result.Restored!) / 2, SizeOf(run.Result.Restored!) * 5 / 4);
    }

    private static long SizeOf(RestoreResult restored) => (long)restored.PageCount * restored.PageSize;

    private Task ReplicateAsync()
    {
        _bench.App.Insert(3000, 3000);
        return _bench.ReplicateAsync(commits: 1);
    }

    private sealed class Collector : IProgress<RestoreProgress>
    {
        private readonly List<RestoreProgress> _reports = [];

        public List<RestoreProgress> Of(RestorePhase phase) => _reports.FindAll(r => r.Phase == phase);

        public void Report(RestoreProgress value)
        {
            lock (_reports) _reports.Add(value);
        }
    }
}
