using System.Net.Sockets;
using System.Runtime.Versioning;
using Litestream.Engine.Control;
using Litestream.Engine.Tests.Control;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Security;

/// <summary>Another user neither reaches a replication nor is taken for one.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ControlAccessTests : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0x1ff;
    private static readonly ControlEndpoint s_endpoint = ControlEndpoint.Of(FakeReplication.Path, 4242);

    private readonly TempFolder _folder = new();

    private string Socket => Path.Combine(_folder["run"], s_endpoint.Name);

    [SkippableFact]
    public async Task Another_user_can_not_connect()
    {
        await using var server = Start();
        File.SetUnixFileMode(_folder.Path, Everybody); // but not the folder of the socket
        Assert.Equal(SocketError.AccessDenied, OtherUser.Run(Connect).Error);
    }

    [SkippableFact]
    public async Task Another_user_who_gets_to_the_socket_is_not_answered()
    {
        await using var server = Start();
        foreach (var path in new[] { _folder.Path, _folder["run"], Socket }) File.SetUnixFileMode(path, Everybody);
        Assert.Equal((SocketError.Success, 0), OtherUser.Run(Connect));
        // whereas its own user is
        Assert.True(Connect().Answered > 0);
    }

    [SkippableFact]
    public async Task What_another_user_listens_at_is_not_asked()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.SetUnixFileMode(_folder["run"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(_folder.Path, Everybody);
        Directory.CreateDirectory(_folder["theirs"]);
        File.SetUnixFileMode(_folder["theirs"], Everybody);
        using var listener = OtherUser.Run(() =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(_folder["theirs/socket"]));
            socket.Listen();
            return socket;
        });
        File.Move(_folder["theirs/socket"], Socket);
        var (found, failures) = await new ControlDirectory(new() { Control = LocalControl.Open(_folder["run"], TimeProvider.System) }).FindAsync(null, default);
        Assert.Empty(found);
        Assert.Contains("belongs to another user", Assert.Single(failures).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private ControlServer Start()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has named pipes.");
        return ControlServer.Start(new FakeReplication(), s_endpoint, new() { Control = LocalControl.Open(_folder["run"], TimeProvider.System) });
    }

    /// <summary>Asks for the status: why it failed, and how many bytes came.</summary>
    private (SocketError Error, int Answered) Connect()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Socket));
            using var request = new MemoryStream();
            ControlProtocol.WriteAsync(request, new ControlRequest(ControlProtocol.Version, ControlAction.Status), default).GetAwaiter().GetResult();
            socket.Send(request.ToArray());
            return (SocketError.Success, socket.Receive(new byte[4096]));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return (SocketError.Success, 0); // it was closed at once
        }
        catch (SocketException e)
        {
            return (e.SocketErrorCode, 0);
        }
    }
}
