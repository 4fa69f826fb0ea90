using System.Runtime.InteropServices;

namespace Litestream.Engine.Files;

/// <summary>Linux: asks the kernel whether anybody has a file open, by a lease, which it gives to the only one alone. Unlike what /proc shows, and unlike locks, that holds whatever account
/// and whatever PID namespace somebody is of, and whatever has become of his locks.</summary>
/// <remarks>A lease is given to the owner of a file, and to root with its capabilities; and not on all file systems.</remarks>
internal static class FileLease
{
    /// <summary>Is ignored where nobody asks for it (signal(7)); the usual one of leases would end the process.</summary>
    private const nint UrgentSignal = 23;

    private const int WouldBlock = 11;

    /// <summary>Whether nobody has a file open, in this process neither. Opens and closes it: not to be asked of a file on which SQLite holds locks.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="identity">The file.</param>
    /// <returns>False also where that can't be known.</returns>
    public static bool IsUnused(string path, FileIdentity identity) => Ask(path, identity, PosixLock.Write) == 0;

    /// <summary>Whether somebody has a file open for writing. Opens and closes it: not to be asked of a file on which SQLite holds locks.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="identity">The file.</param>
    /// <returns>False also where that can't be known.</returns>
    public static bool IsWritten(string path, FileIdentity identity) => Ask(path, identity, PosixLock.Read) == WouldBlock;

    /// <summary>Whether nobody but this descriptor has its file open.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <returns>False also where that can't be known.</returns>
    public static bool IsUnused(int descriptor) => Ask(descriptor, PosixLock.Write) == 0;

    /// <returns>0 where the lease was given, or the kernel's error; null where the file could not be asked of.</returns>
    private static int? Ask(string path, FileIdentity identity, short lease)
    {
        var descriptor = PosixNative.Open(path, PosixNative.OpenReadOnly | PosixNative.OpenCloseOnExec | PosixNative.OpenNonBlocking);
        if (descriptor < 0) return null;
        try
        {
            return FileIdentityReader.Read(descriptor) == identity ? Ask(descriptor, lease) : null;
        }
        finally
        {
            _ = PosixNative.Close(descriptor);
        }
    }

    private static int? Ask(int descriptor, short lease)
    {
        if (PosixNative.FileControl(descriptor, PosixNative.SetSignal, UrgentSignal) != 0) return null;
        if (PosixNative.FileControl(descriptor, PosixNative.SetLease, lease) != 0) return Marshal.GetLastPInvokeError();
        // who has come meanwhile waits for that; the close would not do where a program that is just being started has the descriptor, too
        _ = PosixNative.FileControl(descriptor, PosixNative.SetLease, PosixLock.None);
        return 0;
    }
}
