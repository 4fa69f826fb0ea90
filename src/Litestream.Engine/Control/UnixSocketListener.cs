using System.Net.Sockets;
using Litestream.Engine.Files;

namespace Litestream.Engine.Control;

/// <summary>A listening socket with its file.</summary>
internal sealed class UnixSocketListener(Socket socket, string path) : IControlListener
{
    public async Task<Stream> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var connection = await AcceptSocketAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (UnixPeer.IsThisUser(connection)) return new NetworkStream(connection, ownsSocket: true);
            }
            catch (SocketException)
            {
                // gone before it could be asked who it is
            }

            connection.Dispose();
        }
    }

    public void Dispose()
    {
        // the name first: whoever still finds it is to be answered
        LocalFileSystem.Instance.Delete(path);
        socket.Dispose();
    }

    private async Task<Socket> AcceptSocketAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new IOException($"'{path}' could not take a connection: {e.Message}", e);
        }
    }
}
