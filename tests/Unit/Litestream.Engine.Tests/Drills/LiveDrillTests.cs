using Litestream.Engine.Drills;
using Litestream.Engine.Errors;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Drills;

public sealed class LiveDrillTests : IDisposable
{
    private readonly DrillBench _bench = new();

    [Fact]
    public async Task Database_at_rest_is_found_the_same()
    {
        await using var replication = RunningReplication.Start(_bench.Database);
        _bench.App.Insert(rows: 10);

        var result = await _bench.CompareAsync(replication);

        Assert.Equal((DrillVerdict.Passed, DrillCheckStatus.Passed), (result.Verdict, result.LiveCheck.Status));
        Assert.Equal(result.Comparison!.LiveDigest, result.Comparison.RestoredDigest);
        Assert.Equal([new TableRows("item", 10, 10)], result.Comparison.Tables);
        Assert.False(result.IsRecoveryPointAgeUpperBound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Writes_never_cause_a_false_alarm(bool checkpoints)
    {
        await using var replication = RunningReplication.Start(_bench.Database, o => o with { MaxSegmentsPerIndex = 4 });
        await replication.SyncAsync();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() => Write(checkpoints, stop.Token));

        for (var i = 0; i < 8; i++)
        {
            var result = await _bench.CompareAsync(replication);
            Assert.True(result.Verdict == DrillVerdict.Passed, $"{i}: {result.Error} {result.LiveCheck}");
            Assert.NotNull(result.Comparison!.Tables.Single().Live);
        }

        await stop.CancelAsync();
        Assert.True(await writing > 20);
        Assert.Equal("ok", _bench.App.Text("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Unused_pages_may_differ()
    {
        _bench.Database.App.Insert(rows: 400, size: 1000);
        await using var replication = RunningReplication.Start(_bench.Database, o => o with { MaxSegmentsPerIndex = 2 });
        for (var i = 0; i < 4; i++)
        {
            _bench.App.Execute("DELETE FROM item WHERE id % 2 = 0; VACUUM");
            await replication.SyncAsync();
            _bench.App.Insert(rows: 300, size: 3000);
            await replication.SyncAsync();
            _bench.App.Execute("DELETE FROM item WHERE id > 50");
            Assert.Equal(DrillVerdict.Passed, (await _bench.CompareAsync(replication)).Verdict);
        }
    }

    [Fact]
    public async Task Replica_of_another_database_is_found_out()
    {
        await using var replication = RunningReplication.Start(_bench.Database);
        _bench.App.Insert();
        using var other = new TestDatabase();
        other.App.Insert(rows: 5);

        var result = await _bench.CompareAsync(replication, other.Path);

        Assert.Equal((DrillVerdict.Failed, ErrorCode.LiveDatabaseDiffers), (result.Verdict, result.Error!.Code));
        Assert.Equal(["Table 'item' has 5 rows live, 1 restored."], result.LiveCheck.Messages);
        Assert.NotEqual(result.Comparison!.LiveDigest, result.Comparison.RestoredDigest);
    }

    [Fact]
    public async Task Replica_that_nobody_here_replicates_to_is_compared_when_it_is_complete()
    {
        await _bench.ReplicateAsync();

        var result = await _bench.CompareAsync(null);

        Assert.Equal(DrillVerdict.Passed, result.Verdict);
        Assert.Equal((TimeSpan.Zero, false), (result.RecoveryPointAge!.Value, result.IsRecoveryPointAgeUpperBound));
    }

    /// <summary>The commit that is looked for is whole, and no restore gets there.</summary>
    [Fact]
    public async Task What_is_damaged_behind_the_state_of_the_live_database_fails_as_it_does_a_restore()
    {
        await _bench.ReplicateAsync();
        var last = (await _bench.GenerationAsync()).Segments[^1].Key;
        await using (var file = new FileStream(_bench.FileOf(last), FileMode.Open)) file.SetLength(file.Length - 1);

        var result = await _bench.CompareAsync(null);

        Assert.Equal((DrillVerdict.Failed, DrillCheckStatus.Failed, last), (result.Verdict, result.Restore.Status, result.FirstBadObject));
    }

    [Fact]
    public async Task Replica_that_is_behind_is_no_failure_but_not_passed_either()
    {
        await _bench.ReplicateAsync();
        _bench.App.Insert();

        var result = await _bench.CompareAsync(null);

        Assert.Equal((DrillVerdict.Inconclusive, DrillCheckStatus.Inconclusive), (result.Verdict, result.LiveCheck.Status));
        Assert.Equal(ErrorCode.LiveStateNotFound, result.Error!.Code);
        Assert.Equal(["Table 'item' has 16 rows live, 15 restored."], result.LiveCheck.Messages);
        Assert.Equal(DrillCheckStatus.Passed, result.Integrity.Status);
    }

    [Fact]
    public async Task Database_that_is_not_there_is_no_failure_but_not_passed_either()
    {
        await _bench.ReplicateAsync();

        var result = await _bench.CompareAsync(null, _bench.Database["none.db"]);

        Assert.Equal((DrillVerdict.Inconclusive, ErrorCode.DatabaseNotFound), (result.Verdict, result.Error!.Code));
        Assert.Equal(DrillCheckStatus.Passed, result.Integrity.Status);
    }

    [Fact]
    public async Task Earlier_points_are_not_compared()
    {
        await _bench.ReplicateAsync();

        var result = await _bench.CompareAsync(null, request: new() { IsRandom = true });

        Assert.Equal((DrillVerdict.Passed, DrillCheckStatus.NotDone), (result.Verdict, result.LiveCheck.Status));
        Assert.Single(result.LiveCheck.Messages);
    }

    [Fact]
    public async Task Drill_leaves_the_live_database_as_it_was()
    {
        await _bench.ReplicateAsync();
        var (file, wal) = (_bench.Database.FileBytes(), _bench.Database.WalBytes());

        await _bench.CompareAsync(null);

        Assert.Equal(file, _bench.Database.FileBytes());
        Assert.Equal(wal, _bench.Database.WalBytes());
    }

    public void Dispose() => _bench.Dispose();

    private int Write(bool checkpoints, CancellationToken stop)
    {
        using var writer = Application.Open(_bench.Database.Path);
        writer.Execute("PRAGMA busy_timeout=5000");
        var commits = 0;
        while (!stop.IsCancellationRequested)
        {
            writer.Execute("INSERT INTO item(data) VALUES (randomblob(2000)), (randomblob(100)); DELETE FROM item WHERE id IN (SELECT id FROM item ORDER BY random() LIMIT 1)");
            if (checkpoints && ++commits % 10 == 0) writer.Checkpoint(Application.Passive);
            else commits++;
            Thread.Sleep(2);
        }

        return commits;
    }
}
