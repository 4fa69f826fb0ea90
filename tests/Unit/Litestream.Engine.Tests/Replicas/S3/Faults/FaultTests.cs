using System.Diagnostics;
using System.Globalization;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Litestream.Servers;
using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3.Faults;

/// <summary>Replication, restore and large objects on a way that breaks.</summary>
public abstract class FaultTests(S3ServerFixture server) : IAsyncLifetime, IDisposable
{
    private const int Commits = 120;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>How long the store is away; LITESTREAM_TEST_OUTAGE has more seconds for the long form.</summary>
    private static readonly TimeSpan s_outage = TimeSpan.FromSeconds(double.Parse(
        Environment.GetEnvironmentVariable("LITESTREAM_TEST_OUTAGE") ?? "2", CultureInfo.InvariantCulture));

    private readonly TestDatabase _database = new();
    private FaultProxy _proxy = null!;
    private string _url = "";

    public async Task InitializeAsync()
    {
        _url = await server.CreateBucketAsync();
        _proxy = await FaultProxy.StartAsync(server.Endpoint);
    }

    public async Task DisposeAsync()
    {
        if (_proxy is not null) await _proxy.DisposeAsync();
    }

    public void Dispose()
    {
        _database.Dispose();
        GC.SuppressFinalize(this);
    }

    [SkippableTheory]
    [InlineData(Fault.ResetInRequest)]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.AnswerCut)]
    [InlineData(Fault.InternalError)]
    [InlineData(Fault.SlowDown)]
    [InlineData(Fault.TooManyRequests)]
    [InlineData(Fault.Hang)]
    [InlineData(Fault.Slow)]
    [InlineData(Fault.StaleListing)]
    [InlineData(Fault.StrangeETag)]
    public async Task A_replication_gets_through(Fault fault)
    {
        var (random, hit) = (new Random(1), 0);
        _database.App.Insert(100);
        await using (var replication = RunningReplication.Start(_database.Path, [Open()]))
        {
            await replication.SyncAsync();
            _proxy.Decide = _ =>
            {
                lock (random) return random.Next(3) == 0 && ++hit > 0 ? fault : Fault.None;
            };
            for (var commits = 0; commits < Commits; commits++)
            {
                _database.App.Insert(5);
                await Task.Delay(20);
            }

            _proxy.Decide = _ => Fault.None;
            await replication.SyncAsync();
            await replication.StopAsync();
        }

        Assert.True(hit > 0);
        await ExpectRestorableAsync();
    }

    [SkippableTheory]
    [InlineData(Fault.ResetInRequest)]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.SlowDown)]
    [InlineData(Fault.Hang)]
    public async Task A_large_object_gets_through_at_the_second_try_and_leaves_no_parts(Fault fault)
    {
        var content = new byte[40_000_000];
        new Random(1).NextBytes(content);
        await using var client = Open();
        // on a busy machine a part may take longer than what is taken for a hang here
        await using var patient = Open(TimeSpan.FromMinutes(1));
        // the beginning, a part, the end; that may take minutes, so that a hang there would
        int[] firstTry = fault == Fault.Hang ? [0, 2] : [0, 2, 4];
        foreach (var broken in firstTry)
        {
            var (number, which) = (0, broken);
            // long enough for all tries of the SDK
            _proxy.Decide = _ => Interlocked.Increment(ref number) is var n && n > which && n <= which + 3 ? fault : Fault.None;
            try
            {
                await client.PutAsync($"large/{broken}", new MemoryStream(content), DateTimeOffset.UnixEpoch, default);
            }
            catch (Errors.LitestreamException)
            {
                _proxy.Decide = _ => Fault.None;
                await patient.PutAsync($"large/{broken}", new MemoryStream(content), DateTimeOffset.UnixEpoch, default);
            }

            _proxy.Decide = _ => Fault.None;
            await using var stored = await patient.GetAsync($"large/{broken}", default);
            using var copy = new MemoryStream();
            await stored.CopyToAsync(copy);
            Assert.True(content.AsSpan().SequenceEqual(copy.ToArray()), $"request {broken}");
        }

        await ExpectNoPartsAsync();
    }

    [SkippableFact]
    public async Task Requests_share_a_connection()
    {
        await using var client = Open();
        for (var i = 0; i < 20; i++) await client.PutAsync($"x/{i}", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default);
        Assert.Equal(1, _proxy.Connections);
    }

    [SkippableFact]
    public async Task A_store_may_take_its_time_to_put_parts_together()
    {
        await using var client = Open();
        _proxy.Decide = request => request.StartsWith("POST", StringComparison.Ordinal) && request.Contains("uploadId", StringComparison.Ordinal) ? Fault.Late : Fault.None;
        await client.PutAsync("large", new MemoryStream(new byte[20_000_000]), DateTimeOffset.UnixEpoch, default);
    }

    [SkippableFact]
    public async Task A_download_goes_on_where_it_was_cut()
    {
        var content = new byte[10_000_000];
        new Random(1).NextBytes(content);
        await using var client = Open();
        await client.PutAsync("large", new MemoryStream(content), DateTimeOffset.UnixEpoch, default);
        var number = 0;
        _proxy.Decide = request => request.StartsWith("GET", StringComparison.Ordinal) && ++number <= 4 ? Fault.AnswerCut : Fault.None;
        await using var stored = await client.GetAsync("large", default);
        using var copy = new MemoryStream();
        await stored.CopyToAsync(copy);
        Assert.True(content.AsSpan().SequenceEqual(copy.ToArray()));
        Assert.Equal(5, number);
    }

    [SkippableFact]
    public async Task A_download_that_hangs_ends_with_an_error()
    {
        await using var client = Open();
        await client.PutAsync("x", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default);
        _proxy.Decide = _ => Fault.Hang;
        var e = await Assert.ThrowsAsync<Errors.LitestreamException>(() => client.GetAsync("x", default));
        Assert.Equal(Errors.ErrorCode.ReplicaUnavailable, e.Code);
    }

    [SkippableTheory]
    [InlineData(Fault.SkewedClock, "the clock of this machine")]
    [InlineData(Fault.ExpiredToken, "the session token is not valid any more")]
    public async Task What_only_a_person_can_help_is_told_at_once_and_goes_on_when_it_is_mended(Fault fault, string cause)
    {
        _database.App.Insert(10);
        await using var replication = RunningReplication.Start(_database.Path, [Open()]);
        await replication.SyncAsync();
        _proxy.Decide = _ => fault;
        _database.App.Insert(10);
        var told = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal((ReplicationSeverity.Error, Errors.ErrorCode.ReplicaAccessDenied), (told.Severity, (told.Error as Errors.LitestreamException)?.Code));
        Assert.Contains(cause, told.Message, StringComparison.Ordinal);
        _proxy.Decide = _ => Fault.None;
        await replication.UntilAsync(() => replication.Status.Replicas[0] is { State: ReplicaState.Running, LagBytes: 0 }, "it goes on");
        await replication.StopAsync();
        await ExpectRestorableAsync();
    }

    [SkippableFact]
    public async Task A_mistyped_endpoint_is_told()
    {
        var settings = server.SettingsFor(new($"http://127.0.0.1:{ServerProcess.Text(ServerProcess.FreePort())}")) with { Timeout = s_patience };
        await using var client = ReplicaClients.Open(_url + "/db", "/", new(), settings);
        var e = await Assert.ThrowsAsync<Errors.LitestreamException>(() => client.GetVersionedAsync("x", default));
        Assert.Equal(Errors.ErrorCode.ReplicaUnavailable, e.Code);
        Assert.Contains("Check the endpoint", e.Hint, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_outage_under_load_costs_nothing_but_time()
    {
        _database.App.Insert(100);
        await using var replication = RunningReplication.Start(_database.Path, [Open(), RunningReplication.Folder(_database["folder"])]);
        await replication.SyncAsync();
        _proxy.IsDown = true;
        for (var since = Stopwatch.StartNew(); since.Elapsed < s_outage;)
        {
            _database.App.Insert(20);
            await Task.Delay(20);
        }

        await replication.UntilAsync(() => replication.Status.Replicas is [{ State: ReplicaState.Retrying, LagBytes: > 0 }, { LagBytes: 0 }], "the folder alone is up to date");
        _proxy.IsDown = false;
        // by itself: no sync is asked for
        await replication.UntilAsync(() => replication.Status.Replicas[0] is { State: ReplicaState.Running, LagBytes: 0 }, "it has caught up");
        await replication.StopAsync();
        Assert.Single(replication.Events, e => e.Kind == ReplicationEventKind.Recovered);
        await ExpectRestorableAsync();
    }

    private async Task ExpectRestorableAsync()
    {
        await ExpectNoPartsAsync();
        var target = _database[$"restored-{Guid.NewGuid():N}.db"];
        await using var client = server.Open(_url + "/db");
        var plan = await new RestorePlanner(client).PlanAsync(new(), default);
        Assert.Empty(plan.Warnings);
        await new Restorer(new()).RestoreAsync(client, plan, target, new() { Check = IntegrityCheckMode.Full }, null, default);
        Assert.Equal(_database.App.Image(), await File.ReadAllBytesAsync(target));
        var generations = await new ReplicaCatalog(client).ListGenerationsAsync(default).ToListAsync();
        Assert.Single(generations);
    }

    private async Task ExpectNoPartsAsync()
    {
        using var client = server.Connect();
        Assert.Empty((await client.ListMultipartUploadsAsync(_url["s3://".Length..])).MultipartUploads ?? []);
    }

    private IReplicaClient Open(TimeSpan? patience = null) =>
        ReplicaClients.Open(_url + "/db", "/", new(), server.SettingsFor(_proxy.Endpoint) with { Timeout = patience ?? s_patience });
}
