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
    public static bool IsUnused(string path, FileIdentity identity)
    {
        var descriptor = PosixNative.Open(path, PosixNative.OpenReadOnly | PosixNative.OpenCloseOnExec | PosixNative.OpenNonBlocking);
        if (descriptor < 0) return false;
        try
        {
            if (FileIdentityReader.Read(descriptor) != identity || PosixNative.FileControl(descriptor, PosixNative.SetSignal, UrgentSignal) != 0
                || PosixNative.FileControl(descriptor, PosixNative.SetLease, PosixLock.Write) != 0)
                return false;
            // who has come meanwhile waits for that; the close would not do where a program that is just being started has the descriptor, too
            _ = PosixNative.FileControl(descriptor, PosixNative.SetLease, PosixLock.None);
            return true;
        }
        finally
        {
            _ = PosixNative.Close(descriptor);
        }
    }
}
