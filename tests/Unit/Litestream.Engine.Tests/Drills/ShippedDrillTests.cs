using Litestream.Engine.Drills;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Drills;

/// <summary>What a drill knows of a lost end by the metadata folder of the database alone: there is no head, and the database is not there any more.</summary>
public sealed class ShippedDrillTests : IDisposable
{
    private readonly DrillBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_that_is_gone_fails_the_drill(bool isDatabaseThere)
    {
        await _bench.ReplicateAsync();
        File.Delete(_bench.FileOf(ReplicaHead.Key));
        Assert.Equal(DrillVerdict.Passed, (await DrillAsync()).Verdict);
        var last = (await _bench.GenerationAsync()).Segments[^1];
        File.Delete(_bench.FileOf(last.Key));

        var result = isDatabaseThere ? await _bench.CompareAsync(null) : await DrillAsync();

        Assert.Equal((DrillVerdict.Failed, ErrorCode.ObjectMissing), (result.Verdict, result.Error!.Code));
        Assert.Contains($"ends at index {last.Start.Index}, offset {last.Start.Offset} now", result.Error.Message, StringComparison.Ordinal);
        Assert.Equal(last.Start, result.LastGood!.Position);
        Assert.Equal(DrillVerdict.Passed, (await DrillAsync(new() { Point = new() { Index = last.Start.Index, Offset = last.Start.Offset } })).Verdict);
    }

    [Fact]
    public async Task A_generation_that_is_gone_fails_the_drill_where_any_was_asked_for()
    {
        var (first, newest) = await LoseNewestAsync();

        var result = await DrillAsync();

        Assert.Equal((DrillVerdict.Failed, ErrorCode.ObjectMissing, newest.ToString()), (result.Verdict, result.Error!.Code, result.Error.Target));
        Assert.Equal(DrillVerdict.Passed, (await DrillAsync(new() { Point = new() { Generation = first } })).Verdict);
        Assert.Equal(DrillVerdict.Passed, (await DrillAsync(new() { IsRandom = true })).Verdict);
    }

    [Fact]
    public async Task A_generation_that_is_gone_is_not_missed_where_another_was_written_to_since()
    {
        await LoseNewestAsync();
        File.SetLastWriteTimeUtc(_bench.FileOf((await _bench.GenerationAsync()).Segments[^1].Key), DateTime.UtcNow.AddMinutes(1));

        Assert.Equal(DrillVerdict.Passed, (await DrillAsync()).Verdict);
    }

    /// <summary>By the metadata folder of a database only those replicas are judged that it was shipped to.</summary>
    [Fact]
    public async Task A_replica_that_was_given_up_or_let_go_is_not_judged()
    {
        var away = new FailingReplicaClient(RunningReplication.Folder(_bench.Database["away"]));
        await using (var replication = RunningReplication.Start(_bench.Database.Path, [RunningReplication.Folder(_bench.ReplicaPath), away], o => o with { SpoolLimit = 100_000 }))
        {
            _bench.App.Insert();
            await replication.SyncAsync();
            away.Fails = (_, _) => true;
            while (replication.Count(ReplicationEventKind.SpoolFull) == 0)
                await CommitToOneAsync(replication, rows: 20);
            Assert.Equal(DrillVerdict.Passed, (await DrillAsync(replica: "away")).Verdict);
            await CommitToOneAsync(replication, rows: 1);
            Assert.Equal(DrillVerdict.Passed, (await DrillAsync(replica: "away")).Verdict);
            await Assert.ThrowsAsync<LitestreamException>(replication.StopAsync);
        }

        Assert.Equal(DrillVerdict.Passed, (await DrillAsync(replica: "away")).Verdict);
        await _bench.ReplicateAsync();
        Assert.Equal(DrillVerdict.Passed, (await DrillAsync(replica: "away")).Verdict);
        File.Delete(_bench.FileOf((await _bench.GenerationAsync()).Segments[^1].Key));
        File.Delete(_bench.FileOf(ReplicaHead.Key));
        Assert.Equal(DrillVerdict.Failed, (await DrillAsync()).Verdict);
    }

    [Fact]
    public async Task What_still_waits_to_be_shipped_is_not_missed()
    {
        var replica = new FailingReplicaClient(RunningReplication.Folder(_bench.ReplicaPath));
        await using var replication = RunningReplication.Start(_bench.Database.Path, [replica], o => o with { ShutdownTimeout = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 3; i++)
        {
            _bench.App.Insert();
            await replication.SyncAsync();
        }

        replica.Fails = (_, _) => true;
        for (var i = 0; i < 3; i++)
        {
            var before = replication.Status.Replicas[0].LagBytes;
            _bench.App.Insert();
            await replication.UntilAsync(() => replication.Status.Replicas[0].LagBytes > before, "something waits");
            Assert.Equal(DrillVerdict.Passed, (await DrillAsync()).Verdict);
        }
    }

    /// <summary>The look into the folder takes several steps, and what is captured between two of them is not shipped yet.</summary>
    [Theory]
    [InlineData("open", "state")]
    [InlineData("list", "wal")]
    public async Task What_is_captured_while_the_folder_is_looked_into_is_not_missed(string operation, string name)
    {
        var replica = new FailingReplicaClient(RunningReplication.Folder(_bench.ReplicaPath));
        await using var replication = RunningReplication.Start(_bench.Database.Path, [replica], o => o with { ShutdownTimeout = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 3; i++)
        {
            _bench.App.Insert();
            await replication.SyncAsync();
        }

        replica.Fails = (_, _) => true;
        var isDone = false;
        _bench.Environment = new()
        {
            Files = new HookedFileSystem
            {
                Before = (now, path) =>
                {
                    if (isDone || now != operation || Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) != name) return;
                    isDone = true;
                    _bench.App.Insert();
                    replication.UntilAsync(() => replication.Status.Replicas[0].LagBytes > 0, "something waits").Wait();
                },
            },
        };

        Assert.Equal((DrillVerdict.Passed, true), ((await DrillAsync()).Verdict, isDone));
    }

    [Fact]
    public async Task A_generation_that_has_begun_and_was_not_shipped_yet_is_not_missed()
    {
        await _bench.ReplicateAsync();
        var replica = new FailingReplicaClient(RunningReplication.Folder(_bench.ReplicaPath)) { Fails = (operation, key) => operation == "put" && key.Contains("snapshot", StringComparison.Ordinal) };
        await using var replication = RunningReplication.Start(
            _bench.Database.Path, [replica], o => o with { NewGeneration = true, ShutdownTimeout = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 3; i++)
        {
            var before = replication.Status.Replicas[0].LagBytes;
            await replication.UntilAsync(() => WaitsForMore(before), "something waits");
            Assert.Equal(DrillVerdict.Passed, (await DrillAsync()).Verdict);
        }

        bool WaitsForMore(long before)
        {
            _bench.App.Insert(); // the first ones may be in the snapshot
            return replication.Status.Replicas[0].LagBytes > before;
        }
    }

    [Fact]
    public async Task A_drill_beside_a_replication_that_ships_passes()
    {
        await using var replication = RunningReplication.Start(_bench.Database, o => o with { MaxSegmentsPerIndex = 3, SyncInterval = TimeSpan.FromMilliseconds(20) });
        await replication.SyncAsync();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                _bench.App.Insert();
                await Task.Delay(5, CancellationToken.None);
            }
        });
        for (var i = 0; i < 15; i++)
        {
            var result = await DrillAsync();
            Assert.True(result.Verdict == DrillVerdict.Passed, $"{result.Error}");
        }

        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task A_folder_that_can_t_be_looked_into_is_told_and_no_failure()
    {
        await _bench.ReplicateAsync();
        _bench.Environment = new()
        {
            Files = new HookedFileSystem
            {
                Before = (operation, path) =>
                {
                    if (operation == "open" && Path.GetFileName(path) == "state") throw new UnauthorizedAccessException("another account's");
                },
            },
        };

        var result = await DrillAsync();

        Assert.Equal(DrillVerdict.Passed, result.Verdict);
        Assert.Contains("metadata folder", Assert.Single(result.Restore.Messages), StringComparison.Ordinal);
    }

    private async Task CommitToOneAsync(RunningReplication replication, int rows)
    {
        var before = replication.Status.Position;
        _bench.App.Insert(rows, size: 1000);
        await replication.UntilAsync(
            () => replication.Status is { Position: { } end } status && end != before && status.Replicas[0] is { LagBytes: 0 } first && first.Position == end, "the other one holds all");
    }

    private Task<DrillResult> DrillAsync(DrillRequest? request = null, string replica = "replica") => _bench.RunAsync(
        (request ?? new()) with { DatabasePath = _bench.Database.Path }, RunningReplication.Folder(_bench.Database[replica]));

    private async Task<(GenerationId First, GenerationId Newest)> LoseNewestAsync()
    {
        await _bench.ReplicateAsync();
        var first = (await _bench.GenerationAsync()).Id;
        await using (var replication = RunningReplication.Start(_bench.Database, o => o with { NewGeneration = true }))
        {
            for (var i = 0; i < 3; i++)
            {
                _bench.App.Insert();
                await replication.SyncAsync();
            }

            await replication.StopAsync();
        }

        var newest = (await RunningReplication.GenerationsAsync(_bench.Database)).Single(g => g.Id != first).Id;
        Directory.Delete(_bench.FileOf(ObjectKey.Generation(newest)), recursive: true);
        File.Delete(_bench.FileOf(ReplicaHead.Key));
        return (first, newest);
    }
}
