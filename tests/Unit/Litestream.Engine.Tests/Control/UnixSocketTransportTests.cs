using System.Net.Sockets;
using System.Runtime.Versioning;
using Litestream.Engine.Control;
using Litestream.Engine.Errors;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Control;

[UnsupportedOSPlatform("windows")]
public sealed class UnixSocketTransportTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly ControlEndpoint s_endpoint = ControlEndpoint.Of(FakeReplication.Path, 4242);

    private readonly TempFolder _folder = new();

    public UnixSocketTransportTests() => Skip.If(OperatingSystem.IsWindows(), "Windows has named pipes.");

    [SkippableFact]
    public void Socket_and_its_folder_are_for_their_user_alone()
    {
        using var listener = Use().Control.Listen(s_endpoint);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["run"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder["run"], s_endpoint.Name)));
    }

    [SkippableFact]
    public async Task Folder_that_others_may_enter_is_not_used()
    {
        var environment = Use();
        Directory.CreateDirectory(_folder["run"]);
        File.SetUnixFileMode(_folder["run"], File.GetUnixFileMode(_folder["run"]) | UnixFileMode.GroupExecute);

        var error = Assert.Throws<LitestreamException>(() => ControlServer.Start(new FakeReplication(), s_endpoint, environment));
        var (found, failures) = await FindAsync(environment);

        Assert.Contains("open to other users", error.Message, StringComparison.Ordinal);
        Assert.Empty(found);
        Assert.Equal(ErrorCode.ReplicationUnreachable, Assert.Single(failures).Code);
    }

    [SkippableFact]
    public async Task One_that_goes_and_comes_again_is_reached_or_not_there_and_no_error()
    {
        var transport = Use().Control;
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var coming = Task.Run(() =>
        {
            while (!end.IsCancellationRequested) transport.Listen(s_endpoint).Dispose();
        });
        var asking = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                using var patience = new CancellationTokenSource(s_patience);
                if (await transport.TryConnectAsync(s_endpoint, patience.Token) is { } connection) await connection.DisposeAsync();
            }
        }));
        await Task.WhenAll([coming, .. asking]);
    }

    [SkippableFact]
    public void Folder_behind_a_link_is_not_used()
    {
        Directory.CreateDirectory(_folder["elsewhere"]);
        Directory.CreateSymbolicLink(_folder["run"], _folder["elsewhere"]);

        Assert.Throws<UnauthorizedAccessException>(() => Use().Control.Listen(s_endpoint));
    }

    [SkippableFact]
    public async Task Socket_of_a_dead_process_is_tidied_away()
    {
        var environment = Use();
        var path = LeaveSocket();
        Assert.Empty((await FindAsync(environment)).Found);
        Assert.True(File.Exists(path), "it may just be about to listen");

        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));

        var (found, failures) = await FindAsync(environment);
        Assert.Empty(found);
        Assert.Empty(failures);
        Assert.False(File.Exists(path));
    }

    [SkippableFact]
    public async Task Socket_of_a_dead_process_is_replaced()
    {
        var environment = Use();
        LeaveSocket();

        await using var server = ControlServer.Start(new FakeReplication(), s_endpoint, environment);

        Assert.Single((await FindAsync(environment)).Found);
    }

    [SkippableFact]
    public async Task Socket_that_is_listened_at_is_left_alone()
    {
        var environment = Use();
        await using var server = ControlServer.Start(new FakeReplication(), s_endpoint, environment);

        Assert.Throws<LitestreamException>(() => ControlServer.Start(new FakeReplication(), s_endpoint, environment));

        Assert.Single((await FindAsync(environment)).Found);
    }

    [SkippableFact]
    public void Path_that_is_too_long_for_a_socket_is_told()
    {
        var environment = Use(new string('x', 100));

        Assert.Throws<LitestreamException>(() => ControlServer.Start(new FakeReplication(), s_endpoint, environment));
    }

    public void Dispose() => _folder.Dispose();

    private EngineEnvironment Use(string name = "run") => new() { Control = new UnixSocketTransport(_folder[name], TimeProvider.System) };

    private static Task<(IReadOnlyList<RemoteReplication> Found, IReadOnlyList<LitestreamException> Failures)> FindAsync(
        EngineEnvironment environment) => new ControlDirectory(environment).FindAsync(null, default).WaitAsync(s_patience);

    /// <summary>What kill -9 leaves: a socket file that nobody listens at.</summary>
    private string LeaveSocket()
    {
        Directory.CreateDirectory(_folder["run"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(_folder["run"], s_endpoint.Name);
        var elsewhere = path + ".moved";
        using var socket = new Socket(
            AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        File.Move(path, elsewhere); // .NET would delete it with the socket
        socket.Dispose();
        File.Move(elsewhere, path);
        return path;
    }
}
