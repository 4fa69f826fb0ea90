using System.Runtime.InteropServices;

namespace Litestream.Engine.Files;

/// <summary>Linux: asks the kernel whether anybody has a file open, by a lease, which it gives to the only one alone. Unlike what /proc shows, and unlike locks, that holds whatever account
/// and whatever PID namespace somebody is of, and whatever has become of his locks.</summary>
/// <remarks>A lease is given to the owner of a file, and to root with its capabilities; and not on all file systems.</remarks>
internal static class FileLease
{
    /// <summary>Is ignored where nobody asks for it (signal(7)); the usual one of leases would end the process.</summary>
    private const nint UrgentSignal = 23;

    /// <summary>Whether nobody has a file open, in this process neither. Opens and closes it: not to be asked of a file on which SQLite holds locks.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="identity">The file.</param>
    /// <returns>False also where that can't be known.</returns>
    public static bool IsUnused(string path, FileIdentity identity) => TryTake(path, identity, PosixLock.Write) == 0;

    /// <summary>Whether somebody has a file open for writing, in this process too. As to opening and closing, the same holds.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="identity">The file.</param>
    /// <returns>False also where that can't be known.</returns>
    public static bool IsOpenForWriting(string path, FileIdentity identity) => TryTake(path, identity, PosixLock.Read) == PosixNative.WouldBlock;

    /// <summary>Takes a lease for a moment.</summary>
    /// <returns>The error; 0 for none, -1 where the path does not lead to the file.</returns>
    private static int TryTake(string path, FileIdentity identity, short type)
    {
        var descriptor = PosixNative.Open(path, PosixNative.OpenReadOnly | PosixNative.OpenCloseOnExec | PosixNative.OpenNonBlocking);
        if (descriptor < 0) return -1;
        try
        {
            if (FileIdentityReader.Read(descriptor) != identity || PosixNative.FileControl(descriptor, PosixNative.SetSignal, UrgentSignal) != 0) return -1;
            return PosixNative.FileControl(descriptor, PosixNative.SetLease, type) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        finally
        {
            // lets the lease go, too: who has come meanwhile waits for that
            _ = PosixNative.Close(descriptor);
        }
    }
}
