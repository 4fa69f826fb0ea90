using Litestream.Engine.Control;
using Litestream.Engine.Errors;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Control;

/// <summary>The sockets and pipes of this machine.</summary>
public sealed class LocalControlTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly ControlEndpoint s_endpoint = ControlEndpoint.Of(FakeReplication.Path, 4242);

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Transports => OperatingSystem.IsWindows() ? new("pipe") : new("pipe", "socket");

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Server_is_reached(string kind)
    {
        var environment = Use(kind);
        await using (var server = ControlServer.Start(new FakeReplication(), s_endpoint, environment))
        {
            for (var round = 0; round < 5; round++)
                Assert.Equal(4242, Assert.Single((await FindAsync(environment)).Found).ProcessId);
        }

        Assert.Empty(environment.Control.List());
        Assert.Null(await environment.Control.TryConnectAsync(s_endpoint, default));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Server_answers_many_at_once(string kind)
    {
        var environment = Use(kind);
        await using var server = ControlServer.Start(new FakeReplication(), s_endpoint, environment);

        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => FindAsync(environment))).WaitAsync(s_patience);

        Assert.All(answers, a => Assert.Single(a.Found));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Server_survives_connections_that_come_and_go(string kind)
    {
        var environment = Use(kind);
        await using var server = ControlServer.Start(new FakeReplication(), s_endpoint, environment);
        for (var number = 0; number < 1000; number++)
        {
            await using var stream = (await environment.Control.TryConnectAsync(s_endpoint, default).WaitAsync(s_patience))!;
            if (number % 2 == 0) await stream.WriteAsync(new byte[number % 7]);
        }

        Assert.Single((await FindAsync(environment)).Found);
    }

    [Fact]
    public void List_leaves_out_what_is_no_endpoint()
    {
        using (Use(OperatingSystem.IsWindows() ? "pipe" : "socket").Control.Listen(s_endpoint))
        {
            foreach (var name in new[] { "x", "0123456789abcdef", "0123456789abcdeg-1", "0123456789abcdef-", "0123456789abcdef-01", "0123456789abcdef--1" })
                File.WriteAllText(Path.Combine(_folder["run"], name), string.Empty);

            Assert.Equal([s_endpoint], LocalControl.Open(_folder["run"], TimeProvider.System).List());
        }
    }

    public void Dispose() => _folder.Dispose();

    private EngineEnvironment Use(string kind, string name = "run") => new()
    {
        Control = kind == "pipe" ? new NamedPipeTransport(_folder[name]) : new UnixSocketTransport(_folder[name], TimeProvider.System),
    };

    private static Task<(IReadOnlyList<RemoteReplication> Found, IReadOnlyList<LitestreamException> Failures)> FindAsync(
        EngineEnvironment environment) => new ControlDirectory(environment).FindAsync(null, default).WaitAsync(s_patience);
}
