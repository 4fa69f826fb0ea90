using Litestream.Engine.Control;
using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Control;

public sealed class ControlServerTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly ControlEndpoint s_endpoint = ControlEndpoint.Of(FakeReplication.Path, 4242);
    private static readonly SyncResult s_synced = new(FakeReplication.Generation, new(3, 8272), [], TimeSpan.FromSeconds(2), 100);

    private readonly FakeTimeProvider _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryTransport _transport = new();
    private readonly FakeReplication _replication = new();
    private EngineEnvironment _environment = new();
    private ControlServer? _server;

    public Task InitializeAsync()
    {
        _environment = new() { Control = _transport, Time = _time };
        _server = ControlServer.Start(_replication, s_endpoint, _environment);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_server is { } server) await AdvancingAsync(server.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task Find_shows_the_status_of_a_replication_elsewhere()
    {
        var found = await FindAsync();

        Assert.Equal(4242, found.ProcessId);
        Assert.Equal(_replication.Status.Position, found.Status.Position);
        Assert.Equal(2, found.Status.Replicas.Count);
    }

    [Fact]
    public async Task Find_leaves_out_other_databases_and_this_process()
    {
        await using var own = ControlServer.Start(_replication, ControlEndpoint.Of("/data/own.db", Environment.ProcessId), _environment);

        Assert.Empty((await new ControlDirectory(_environment).FindAsync("/data/other.db", default)).Found);
        Assert.Empty((await new ControlDirectory(_environment).FindAsync("/data/own.db", default)).Found);
        Assert.Single((await new ControlDirectory(_environment).FindAsync(null, default)).Found);
    }

    [Fact]
    public async Task Sync_waits_for_the_confirmation_however_long_it_takes()
    {
        var sync = (await FindAsync()).SyncAsync(default);
        await UntilAsync(() => _replication.Syncs == 1);
        var client = _transport.LastClient!;
        for (var second = 0; second < 60; second++)
        {
            var reads = client.Reads;
            _time.Advance(TimeSpan.FromSeconds(1));
            // a heartbeat is two reads; one may be missed when the server had not yet begun to wait for it
            for (var wait = Environment.TickCount64 + 500; client.Reads < reads + 2 && Environment.TickCount64 < wait;) await Task.Delay(1);
            Assert.False(sync.IsCompleted);
        }

        _replication.Synced.SetResult(s_synced);
        var result = await sync.WaitAsync(s_patience);

        Assert.Equal(s_synced with { Replicas = [] }, result with { Replicas = [] });
        Assert.Equal(["/backup/app", "/mnt/größe 名前"], result.Replicas);
    }

    [Fact]
    public async Task Sync_tells_meanwhile_how_far_it_is()
    {
        var found = await FindAsync();
        var sync = found.SyncAsync(default);
        await UntilAsync(() => _replication.Syncs == 1);

        _replication.Status = _replication.Status with { BytesShipped = 7 };

        await AdvancingUntilAsync(() => found.Status.BytesShipped == 7);
        Assert.False(sync.IsCompleted);
        _replication.Synced.SetResult(s_synced);
        await sync.WaitAsync(s_patience);
    }

    [Fact]
    public async Task Sync_ends_in_the_other_process_when_the_waiting_one_leaves()
    {
        using var leaving = new CancellationTokenSource();
        var sync = (await FindAsync()).SyncAsync(leaving.Token);
        await UntilAsync(() => _replication.Syncs == 1);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sync.WaitAsync(s_patience));
        await AdvancingUntilAsync(() => _replication.Syncs == 0);
    }

    [Fact]
    public async Task Sync_fails_with_the_error_of_the_replication()
    {
        _replication.Synced.SetException(new LitestreamException(ErrorCode.ReplicationEnded, "Over.", "/data/app.db", "Again."));

        var error = await Assert.ThrowsAsync<LitestreamException>(async () => await (await FindAsync()).SyncAsync(default));

        Assert.Equal((ErrorCode.ReplicationEnded, "Over."), (error.Code, error.Message));
    }

    [Fact]
    public async Task Stop_reports_the_last_sync_that_failed()
    {
        _replication.Stopped.SetException(new LitestreamException(ErrorCode.Timeout, "Not finished.", "/data/app.db", "Later."));

        var error = await Assert.ThrowsAsync<LitestreamException>(async () => await (await FindAsync()).StopAsync(default));

        Assert.Equal(ErrorCode.Timeout, error.Code);
        Assert.True(_replication.IsStopAsked);
    }

    [Fact]
    public async Task Stop_is_answered_though_the_server_goes_with_the_replication()
    {
        var stop = (await FindAsync()).StopAsync(default);
        await UntilAsync(() => _replication.IsStopAsked);

        var closing = _server!.DisposeAsync().AsTask();
        _replication.Stopped.SetResult(_replication.Status with { State = ReplicationState.Stopped });

        Assert.Equal(ReplicationState.Stopped, (await stop.WaitAsync(s_patience)).State);
        await closing.WaitAsync(s_patience);
        Assert.Empty(_transport.List());
        _server = null;
    }

    [Fact]
    public async Task Stop_is_answered_while_as_many_as_may_wait_for_a_sync()
    {
        var found = await FindAsync();
        using var leaving = new CancellationTokenSource();
        var syncs = Enumerable.Range(0, ControlLimits.Syncs).Select(_ => found.SyncAsync(leaving.Token)).ToList();
        await UntilAsync(() => _replication.Syncs == ControlLimits.Syncs);

        var refused = await Assert.ThrowsAsync<LitestreamException>(() => found.SyncAsync(default).WaitAsync(s_patience));
        _replication.Stopped.SetResult(_replication.Status);

        Assert.Equal(ErrorCode.ReplicationUnreachable, refused.Code);
        await found.StopAsync(default).WaitAsync(s_patience);
        await leaving.CancelAsync();
        await Task.WhenAll(syncs).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Server_goes_on_after_a_connection_could_not_be_taken()
    {
        _transport.AcceptFailures = 3;
        await AdvancingAsync(FindSoonAsync()); // perhaps by the accept that is under way already

        await AdvancingAsync(FindSoonAsync());
        Assert.True(_transport.AcceptFailures < 0);
    }

    [Fact]
    public async Task Server_answers_in_between_a_thousand_slow_and_hostile_clients()
    {
        var random = new Random(7);
        var streams = new List<Stream>();
        for (var number = 0; number < 1000; number++)
        {
            var stream = (await _transport.TryConnectAsync(s_endpoint, default))!;
            streams.Add(stream);
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            if (number % 4 == 1) await stream.WriteAsync(bytes);
            if (number % 4 == 2) await stream.WriteAsync(BitConverter.GetBytes(500)); // half a message
            if (number % 4 == 3) await stream.DisposeAsync();
        }

        // each place is free again after the time that a client has to send its request
        var found = await AdvancingAsync(FindSoonAsync());

        Assert.Equal(4242, found.ProcessId);
        Assert.False(_replication.IsStopAsked);
        foreach (var stream in streams) await stream.DisposeAsync();
    }

    [Fact]
    public async Task Server_says_that_it_did_not_understand()
    {
        await using var stream = (await _transport.TryConnectAsync(s_endpoint, default))!;
        await stream.WriteAsync(ControlProtocolTests.Frame("{\"version\":2,\"action\":\"stop\"}"u8.ToArray()));

        var reply = await ControlProtocol.ReadAsync<ControlReply>(stream, ControlProtocol.MaxReplySize, default).WaitAsync(s_patience);

        Assert.Equal(nameof(ErrorCode.ReplicationUnreachable), reply.Error!.Code);
        Assert.Contains("2", reply.Error.Message, StringComparison.Ordinal);
        Assert.False(_replication.IsStopAsked);
    }

    [Fact]
    public async Task Start_says_why_others_cannot_reach_it()
    {
        var error = Assert.Throws<LitestreamException>(() => ControlServer.Start(_replication, s_endpoint, _environment));

        Assert.Equal(ErrorCode.ReplicationUnreachable, error.Code);
        await FindAsync(); // the first goes on
    }

    private async Task<RemoteReplication> FindAsync() =>
        (await RemoteReplication.TryFindAsync(s_endpoint, _environment, default).WaitAsync(s_patience))!;

    /// <summary>While the clock runs fast an answer may come too late: ask again.</summary>
    private async Task<RemoteReplication> FindSoonAsync()
    {
        while (true)
        {
            try
            {
                return await FindAsync();
            }
            catch (LitestreamException e) when (e.Code == ErrorCode.ReplicationUnreachable)
            {
                await Task.Delay(1);
            }
        }
    }

    private async Task<T> AdvancingAsync<T>(Task<T> task)
    {
        await AdvancingUntilAsync(() => task.IsCompleted);
        return await task;
    }

    private Task AdvancingAsync(Task task) => AdvancingUntilAsync(() => task.IsCompleted);

    private async Task AdvancingUntilAsync(Func<bool> condition)
    {
        for (var deadline = Environment.TickCount64 + 30_000; !condition(); await Task.Delay(2))
        {
            Assert.True(Environment.TickCount64 < deadline, "did not happen");
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var deadline = Environment.TickCount64 + 30_000; !condition(); await Task.Delay(2))
            Assert.True(Environment.TickCount64 < deadline, "did not happen");
    }
}
