using System.Globalization;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Interop;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>A database replicated to S3 and restored from it, by us and by Litestream 0.3.13.</summary>
public abstract class S3ReplicationTests(S3ServerFixture server) : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose()
    {
        _database.Dispose();
        GC.SuppressFinalize(this);
    }

    [SkippableFact]
    public async Task A_database_is_replicated_and_restored()
    {
        var url = await server.CreateBucketAsync() + "/some/db";
        await ReplicateAsync(url);
        Assert.Equal(_database.App.Image(), await RestoreAsync(url));
    }

    [SkippableFact]
    public async Task A_replication_goes_on_after_a_restart()
    {
        var url = await server.CreateBucketAsync() + "/some/db";
        await ReplicateAsync(url);
        await ReplicateAsync(url);
        await using var client = server.Open(url);
        Assert.Single(await new ReplicaCatalog(client).ListGenerationsAsync(default).ToListAsync());
        Assert.Equal(_database.App.Image(), await RestoreAsync(url));
    }

    [SkippableFact]
    public async Task A_restore_to_a_time_goes_by_the_commits_and_not_by_whole_seconds_of_uploads()
    {
        var url = await server.CreateBucketAsync();
        await using var replication = RunningReplication.Start(_database.Path, [server.Open(url)]);
        await replication.SyncAsync();
        var states = new List<(DateTimeOffset Time, byte[] Image)>();
        for (var i = 0; i < 8; i++)
        {
            _database.App.Insert(5);
            await replication.SyncAsync();
            await Task.Delay(50);
            states.Add((DateTimeOffset.UtcNow, _database.App.Image()));
            await Task.Delay(50);
        }

        foreach (var (time, image) in states) Assert.Equal(image, await RestoreAsync(url, new() { Timestamp = time }));
    }

    [SkippableFact]
    public async Task A_generation_is_the_newest_though_the_metadata_folder_was_lost_and_the_clock_set_back()
    {
        var url = await server.CreateBucketAsync();
        for (var run = 0; run < 3; run++)
        {
            var time = new ShiftedTime { Shift = (1 - run) * TimeSpan.FromMinutes(10) };
            await using var replication = RunningReplication.Start(
                _database.Path, [server.Open(url)], o => o with { MetadataPath = _database[$"metadata-{run}"] }, new() { Time = time });
            await replication.SyncAsync();
            _database.App.Insert();
            await replication.StopAsync();
            Assert.Equal(_database.App.Image(), await RestoreAsync(url));
        }
    }

    [SkippableFact]
    public async Task Nothing_is_asked_while_nothing_changes()
    {
        var url = await server.CreateBucketAsync();
        await using var replication = RunningReplication.Start(_database.Path, [server.Open(url)]);
        _database.App.Insert(10);
        await replication.SyncAsync();
        await Task.Delay(500);
        var before = replication.Status.Replicas[0].Requests;
        await Task.Delay(2000);
        Assert.Equal(before, replication.Status.Replicas[0].Requests);
    }

    [SkippableFact]
    public async Task A_change_costs_one_PUT_and_nothing_else()
    {
        var url = await server.CreateBucketAsync();
        await using var replication = RunningReplication.Start(_database.Path, [server.Open(url)]);
        await replication.SyncAsync();
        await using var client = server.Open(url);
        var (before, segments) = (replication.Status.Replicas[0].Requests!, (await ListAsync(client)).Sum(g => g.Segments.Count));
        for (var i = 0; i < 5; i++)
        {
            var position = replication.Status.Replicas[0].Position;
            _database.App.Insert();
            await replication.UntilAsync(() => replication.Status.Replicas[0] is { LagBytes: 0 } now && now.Position != position, "it is shipped");
        }

        var stored = (await ListAsync(client)).Sum(g => g.Segments.Count) - segments;
        Assert.InRange(stored, 5, 10); // a commit may be seen in two looks
        Assert.Equal(before with { Put = before.Put + stored }, replication.Status.Replicas[0].Requests);
    }

    [SkippableFact]
    public async Task Litestream_restores_what_we_stored()
    {
        LitestreamOracle.SkipWhereMissing();
        var url = await server.CreateBucketAsync() + "/some/db";
        await ReplicateAsync(url);
        var target = _database["oracle.db"];
        var (exitCode, output) = await LitestreamOracle.RunAsync("restore", "-o", target, ForLitestream(url));
        Assert.True(exitCode == 0, output);
        Assert.Equal(_database.App.Image(), await File.ReadAllBytesAsync(target));
    }

    [SkippableFact]
    public async Task We_restore_what_Litestream_stored()
    {
        LitestreamOracle.SkipWhereMissing();
        var url = await server.CreateBucketAsync() + "/some/db";
        using (var oracle = LitestreamOracle.Start("replicate", _database.Path, ForLitestream(url)))
        {
            await using var client = server.Open(url);
            await UntilAsync(async () => (await ListAsync(client)).Any(g => g.Segments.Count > 0));
            var segments = (await ListAsync(client)).Sum(g => g.Segments.Count);
            _database.App.Insert(20);
            await UntilAsync(async () => (await ListAsync(client)).Sum(g => g.Segments.Count) > segments);
            oracle.Kill();
            await oracle.WaitForExitAsync();
        }

        Assert.Equal(_database.App.Image(), await RestoreAsync(url));
    }

    private static async Task<List<GenerationInfo>> ListAsync(IReplicaClient client)
    {
        if (await client.ListFoldersAsync(ObjectKey.Generations, default).CountAsync() == 0) return [];
        return await new ReplicaCatalog(client).ListGenerationsAsync(default).ToListAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition()) await Task.Delay(100, patience.Token);
    }

    private string ForLitestream(string url) =>
        url.Replace("/some", $".localhost:{server.Endpoint.Port.ToString(CultureInfo.InvariantCulture)}/some", StringComparison.Ordinal);

    private async Task ReplicateAsync(string url)
    {
        await using var replication = RunningReplication.Start(_database.Path, [server.Open(url)]);
        await replication.SyncAsync();
        for (var i = 0; i < 5; i++)
        {
            _database.App.Insert(20);
            await replication.SyncAsync();
        }

        await replication.StopAsync();
    }

    private async Task<byte[]> RestoreAsync(string url, RestoreRequest? request = null)
    {
        var target = _database[$"restored-{Guid.NewGuid():N}.db"];
        await using var client = server.Open(url);
        var plan = await new RestorePlanner(client).PlanAsync(request ?? new(), default);
        await new Restorer(new()).RestoreAsync(client, plan, target, new() { Check = IntegrityCheckMode.Full }, null, default);
        return await File.ReadAllBytesAsync(target);
    }
}
