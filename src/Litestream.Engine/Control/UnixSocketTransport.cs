using System.Net.Sockets;
using Litestream.Engine.Files;

namespace Litestream.Engine.Control;

/// <summary>One socket file a running replication, in a folder that only its user may enter.</summary>
/// <param name="folder">The folder.</param>
/// <param name="time">The clock.</param>
internal sealed class UnixSocketTransport(string folder, TimeProvider time) : IControlTransport
{
    private const int Backlog = 128;
    private const int MaxSurprises = 10;

    /// <summary>A name so young may be of a socket that is bound and does not listen yet.</summary>
    private static readonly TimeSpan s_youth = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(20);

    public IReadOnlyList<ControlEndpoint> List()
    {
        if (!PrivateFolder.Exists(folder)) return [];
        return [.. LocalFileSystem.Instance.List(folder)
            .Select(e => ControlEndpoint.TryParse(e.Name, out var endpoint) ? endpoint : default).Where(e => e != default)];
    }

    public IControlListener Listen(ControlEndpoint endpoint)
    {
        PrivateFolder.Ensure(folder);
        var path = PathOf(endpoint);
        var socket = NewSocket();
        try
        {
            Bind(socket, path);
            PrivateFolder.Protect(path);
            socket.Listen(Backlog);
            return new UnixSocketListener(socket, path);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException failed) throw new IOException($"'{path}' can't be listened at: {failed.Message}", failed);
            throw;
        }
    }

    public async Task<Stream?> TryConnectAsync(ControlEndpoint endpoint, CancellationToken cancellationToken)
    {
        if (!PrivateFolder.Exists(folder)) return null;
        var path = PathOf(endpoint);
        var surprises = 0;
        while (true)
        {
            var socket = NewSocket();
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
                if (!UnixPeer.IsThisUser(socket)) throw new UnauthorizedAccessException($"'{path}' belongs to another user.");
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                if (LocalFileSystem.Instance.Find(path) is not { } entry) return null;
                if (e.SocketErrorCode == SocketError.ConnectionRefused)
                {
                    if (time.GetUtcNow() - entry.ModifiedAt > s_youth) LocalFileSystem.Instance.Delete(path);
                    return null;
                }

                // The listener is there, and more wait for it than it can take at once. Else it may have gone and come again in this moment, as
                // one process may end a replication and begin the next.
                if (e.SocketErrorCode is not (SocketError.WouldBlock or SocketError.TryAgain) && ++surprises == MaxSurprises)
                    throw new IOException($"'{path}' can't be reached: {e.Message}", e);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            await Task.Delay(s_retry, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>The name holds our process id: whoever has left it there is dead, unless he answers.</summary>
    private static void Bind(Socket socket, string path)
    {
        if (LocalFileSystem.Instance.Find(path) is not null)
        {
            using var probe = NewSocket();
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(path));
                throw new IOException($"'{path}' is in use.");
            }
            catch (SocketException)
            {
                LocalFileSystem.Instance.Delete(path);
            }
        }

        socket.Bind(new UnixDomainSocketEndPoint(path));
    }

    private string PathOf(ControlEndpoint endpoint)
    {
        var path = Path.Combine(folder, endpoint.Name);
        try
        {
            _ = new UnixDomainSocketEndPoint(path);
            return path;
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException($"'{path}' is too long for a socket.", e);
        }
    }
}
