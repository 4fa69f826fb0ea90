using System.Diagnostics;
using Litestream.Engine.Drills;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Interop;

/// <summary>Drills of what Litestream 0.3.13 replicates: nobody can ask it to sync.</summary>
public sealed class OracleDrillTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [SkippableFact]
    public async Task Drill_of_what_Litestream_replicates_passes()
    {
        LitestreamOracle.SkipWhereMissing();
        var path = _folder["app.db"];
        using var database = SourceDatabase.Create(path);
        await using var oracle = await OracleReplication.StartAsync(path, _folder["replica"], new());
        for (var i = 0; i < 5; i++) await oracle.AfterAsync(() => database.Insert(20, 2000));

        var atRest = await RunAsync(new() { Source = new(path, null) });
        // what it has not shipped by then, as on a busy machine, is inconclusive
        for (var since = Stopwatch.StartNew(); atRest.Verdict == DrillVerdict.Inconclusive && since.Elapsed < TimeSpan.FromMinutes(1);)
            atRest = await RunAsync(new() { Source = new(path, null) });
        for (var i = 0; i < 10; i++) Assert.Equal((DrillVerdict.Passed, null), await VerdictAsync(new() { IsRandom = true }));

        Assert.Equal((DrillVerdict.Passed, DrillCheckStatus.Passed, null), (atRest.Verdict, atRest.LiveCheck.Status, atRest.Error?.Message));
        Assert.Contains(new TableRows("item", 100, 100), atRest.Comparison!.Tables);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(DrillVerdict, Exception?)> VerdictAsync(DrillRequest request)
    {
        var result = await RunAsync(request);
        return (result.Verdict, result.Error);
    }

    private async Task<DrillResult> RunAsync(DrillRequest request)
    {
        await using var replica = RunningReplication.Folder(_folder["replica"]);
        using var run = await new Drill(new()).RunAsync(replica, request with { WorkingFolder = _folder["work"] }, null, default);
        return run.Result;
    }
}
