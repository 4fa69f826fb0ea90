using System.Net.Sockets;
using System.Runtime.InteropServices;
using Litestream.Engine.Files;

namespace Litestream.Engine.Control;

/// <summary>Asks the kernel who is at the other end of a Unix domain socket.</summary>
internal static class UnixPeer
{
    // Linux, socket(7): SOL_SOCKET, SO_PEERCRED, struct ucred { pid, uid, gid } of 4 bytes each
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>Whether it is a process of the same user.</summary>
    /// <exception cref="SocketException">The other end can't be asked about.</exception>
    public static bool IsThisUser(Socket socket) => ReadUserId(socket) == PosixNative.GetEffectiveUserId();

    private static uint ReadUserId(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            Span<byte> credentials = stackalloc byte[12];
            socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
            return MemoryMarshal.Read<uint>(credentials[4..]);
        }

        if (PosixNative.GetPeerIds(socket.SafeHandle, out var user, out _) != 0) throw new SocketException(Marshal.GetLastPInvokeError());
        return user;
    }
}
