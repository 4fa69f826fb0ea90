using Litestream.Engine.Control;
using Litestream.Engine.Errors;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Control;

/// <summary>Clients of servers that are dead, hung or strange.</summary>
public sealed class ControlCallTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly ControlEndpoint s_endpoint = ControlEndpoint.Of(FakeReplication.Path, 4242);

    private readonly FakeTimeProvider _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryTransport _transport = new();

    private EngineEnvironment Environment => new() { Control = _transport, Time = _time };

    [Fact]
    public async Task Ask_gives_nothing_when_nobody_listens() =>
        Assert.Null(await new ControlCall(s_endpoint, Environment).TryAskAsync(ControlAction.Status, ControlLimits.Status, default));

    [Theory]
    [InlineData(ControlAction.Status)]
    [InlineData(ControlAction.Sync)]
    [InlineData(ControlAction.Stop)]
    public async Task Ask_ends_with_an_error_when_the_server_hangs(object action)
    {
        using var hung = _transport.Listen(s_endpoint);

        var ask = AskAsync((ControlAction)action);
        while (!ask.IsCompleted)
        {
            await Task.Delay(2);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var error = await Assert.ThrowsAsync<LitestreamException>(() => ask);
        Assert.Equal(ErrorCode.ReplicationUnreachable, error.Code);
        Assert.Contains("4242", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_of_a_sync_fails_when_the_server_dies_meanwhile()
    {
        using var listener = _transport.Listen(s_endpoint);
        var ask = AskAsync(ControlAction.Sync);
        await (await listener.AcceptAsync(default)).DisposeAsync();

        var error = await Assert.ThrowsAsync<LitestreamException>(() => ask.WaitAsync(s_patience));
        Assert.Equal(ErrorCode.ReplicationEnded, error.Code);
    }

    [Fact]
    public async Task Ask_of_a_status_gives_nothing_when_the_server_has_ended_meanwhile()
    {
        var listener = _transport.Listen(s_endpoint);
        var ask = AskAsync(ControlAction.Status);
        var connection = await listener.AcceptAsync(default);
        listener.Dispose();
        await connection.DisposeAsync();

        Assert.Null(await ask.WaitAsync(s_patience));
    }

    [Fact]
    public async Task Ask_of_a_status_is_repeated_when_the_process_begins_the_next_replication()
    {
        var listener = _transport.Listen(s_endpoint);
        var ask = AskAsync(ControlAction.Status);
        var connection = await listener.AcceptAsync(default);
        listener.Dispose();
        await using var next = ControlServer.Start(new FakeReplication(), s_endpoint, Environment);
        await connection.DisposeAsync();

        Assert.NotNull(await ask.WaitAsync(s_patience));
    }

    [Theory]
    [InlineData("{\"version\":2}")]
    [InlineData("{\"version\":1,\"status\":{}}")]
    [InlineData("{\"version\":1,\"status\":{\"databasePath\":null,\"state\":\"running\",\"startedAt\":\"2026-01-01T00:00:00Z\",\"replicas\":[]}}")]
    [InlineData("{\"version\":1,\"status\":{\"databasePath\":\"x\",\"state\":\"running\",\"startedAt\":\"2026-01-01T00:00:00Z\",\"replicas\":[null]}}")]
    [InlineData("{\"version\":1,\"status\":{\"databasePath\":\"x\",\"state\":\"dancing\",\"startedAt\":\"2026-01-01T00:00:00Z\",\"replicas\":[]}}")]
    [InlineData("no JSON")]
    public async Task Ask_ends_with_an_error_when_the_answer_is_strange(string json)
    {
        using var listener = _transport.Listen(s_endpoint);
        var ask = AskAsync(ControlAction.Status);
        await using var connection = await listener.AcceptAsync(default);
        await connection.WriteAsync(ControlProtocolTests.Frame(System.Text.Encoding.UTF8.GetBytes(json)));
        await connection.FlushAsync();

        var error = await Assert.ThrowsAsync<LitestreamException>(() => ask.WaitAsync(s_patience));
        Assert.Equal(ErrorCode.ReplicationUnreachable, error.Code);
    }

    [Fact]
    public async Task Find_shows_what_answers_beside_what_does_not()
    {
        using var listener = _transport.Listen(s_endpoint);
        await using var server = ControlServer.Start(new FakeReplication(), s_endpoint with { ProcessId = 4243 }, Environment);
        var find = new ControlDirectory(Environment).FindAsync(FakeReplication.Path, default);
        await using var connection = await listener.AcceptAsync(default);
        await connection.WriteAsync(ControlProtocolTests.Frame("[]"u8.ToArray()));
        await connection.FlushAsync();

        var (found, failures) = await find.WaitAsync(s_patience);

        Assert.Equal(4243, Assert.Single(found).ProcessId);
        Assert.Contains("4242", Assert.Single(failures).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NameHolder_names_the_process_that_has_the_database()
    {
        var error = new LitestreamException(ErrorCode.ReplicationAlreadyRunning, "In use.", FakeReplication.Path, "Stop it.");
        var directory = new ControlDirectory(Environment);
        Assert.Same(error, await directory.NameHolderAsync(error, default));
        await using var server = ControlServer.Start(new FakeReplication(), s_endpoint, Environment);

        var named = await directory.NameHolderAsync(error, default);

        Assert.Equal(ErrorCode.ReplicationAlreadyRunning, named.Code);
        Assert.Contains("process 4242", named.Message, StringComparison.Ordinal);
    }

    private Task<(Engine.Replication.ReplicationStatus Status, Engine.Replication.SyncResult? Sync)?> AskAsync(ControlAction action) =>
        new ControlCall(s_endpoint, Environment).TryAskAsync(action, ControlLimits.Status, default);
}
