using System.Runtime.InteropServices;

namespace Litestream.Engine.Files;

/// <summary>
/// One file of a <see cref="LinuxLockGuard"/>: a lock that only this descriptor can drop, and one that everything drops which drops
/// SQLite's: a POSIX lock on a byte that nobody else locks. As long as that is there, nobody in this process has closed the file.
/// </summary>
internal sealed class GuardDescriptor : IDisposable
{
    /// <summary>Far behind all that SQLite locks; a number and the process's id are added, because others may guard the same file, here and in other processes.</summary>
    private const long WitnessBase = 1L << 62;

    /// <summary>More than any process's id (proc(5), pid_max).</summary>
    private const int ProcessIds = 1 << 22;

    private static long s_count;

    private readonly IGuardedFiles _files;
    private readonly int _descriptor;
    private readonly long _witness = WitnessBase + Interlocked.Increment(ref s_count) * ProcessIds + Environment.ProcessId;

    private GuardDescriptor(IGuardedFiles files, int descriptor, FileIdentity identity)
    {
        _files = files;
        _descriptor = descriptor;
        Identity = identity;
    }

    /// <summary>The file.</summary>
    public FileIdentity Identity { get; }

    /// <summary>Whether closes of others in this process drop no lock of SQLite's.</summary>
    public bool IsApart => _files.IsApart;

    /// <summary>Whether the POSIX locks of this process on the file were never dropped as a whole. Asked of the descriptor, for whose locks
    /// those of its own process are somebody else's. Where it is apart they can't be.</summary>
    public bool IsUnbroken
    {
        get
        {
            if (IsApart) return true;
            var there = new PosixLock { Type = PosixLock.Write, Start = _witness, Length = 1 };
            return PosixNative.FileControl(_descriptor, PosixNative.GetDescriptionLock, ref there) == 0 && there.Type != PosixLock.None;
        }
    }

    /// <summary>Whether nobody has a file open, in this process neither.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="identity">The file.</param>
    /// <returns>False also where that can't be known.</returns>
    /// <exception cref="PlatformNotSupportedException">The system does not tell what this process has open.</exception>
    public static bool IsUnused(string path, FileIdentity identity) => Look(path, identity, FileLease.IsUnused);

    /// <summary>The first lock that somebody has on bytes of a file, in this process too: its type is <see cref="PosixLock.None"/> where nobody has. Null where that can't be known.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="identity">The file.</param>
    /// <param name="start">First byte.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="PlatformNotSupportedException">The system does not tell what this process has open.</exception>
    public static PosixLock? LookAt(string path, FileIdentity identity, long start, long length) => Look(path, identity, descriptor => LookAt(descriptor, start, length));

    /// <summary>The same of a file that is open.</summary>
    /// <param name="descriptor">Holds no lock itself that counts.</param>
    /// <param name="start">First byte.</param>
    /// <param name="length">How many.</param>
    public static PosixLock? LookAt(int descriptor, long start, long length)
    {
        var there = new PosixLock { Type = PosixLock.Write, Start = start, Length = length };
        return PosixNative.FileControl(descriptor, PosixNative.GetDescriptionLock, ref there) == 0 ? there : null;
    }

    /// <summary>Takes the locks. Null when somebody is in the way, or the path does not lead to the file.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="identity">The file.</param>
    /// <param name="start">First byte that is locked for reading.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="PlatformNotSupportedException">The file system has no such locks.</exception>
    public static GuardDescriptor? TryTake(string path, FileIdentity identity, long start, long length)
    {
        var files = GuardedFiles.OfProcess;
        if (files.TryOpen(path, identity) is not { } descriptor) return null;
        var guard = new GuardDescriptor(files, descriptor, identity);
        try
        {
            if (guard.TryLock(PosixNative.SetDescriptionLock, start, length) && (files.IsApart || guard.TryLock(PosixNative.SetLock, guard._witness, 1))) return guard;
            guard.Dispose();
            return null;
        }
        catch
        {
            guard.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // by hand, because the descriptor may have to stay open
        Unlock(PosixNative.SetDescriptionLock, 0, 0);
        if (!IsApart) Unlock(PosixNative.SetLock, _witness, 1);
        _files.Close(_descriptor, Identity);
    }

    /// <summary>Locks for writing what is locked for reading. False when somebody else has locked it, or the file may not be written.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="length">How many.</param>
    public bool TryTakeAlone(long start, long length) => TryLock(PosixNative.SetDescriptionLock, start, length, PosixLock.Write);

    private static T? Look<T>(string path, FileIdentity identity, Func<int, T> look)
    {
        if (SeparateDescriptors.Looks is { } separate) return separate.Run(() => LookSeparately(path, identity, look));
        if (OpenDescriptors.Instance.TryOpen(path, identity) is not { } descriptor) return default;
        try
        {
            return look(descriptor);
        }
        finally
        {
            OpenDescriptors.Leave(descriptor, identity);
        }
    }

    private static T? LookSeparately<T>(string path, FileIdentity identity, Func<int, T> look)
    {
        var descriptor = PosixNative.Open(path, PosixNative.OpenReadOnly | PosixNative.OpenCloseOnExec);
        if (descriptor < 0) return default;
        try
        {
            return FileIdentityReader.Read(descriptor) == identity ? look(descriptor) : default;
        }
        finally
        {
            _ = PosixNative.Close(descriptor);
        }
    }

    private bool TryLock(int command, long start, long length, short type = PosixLock.Read)
    {
        const int BadDescriptor = 9, WouldBlock = 11, AccessDenied = 13;
        var error = Control(command, new() { Type = type, Start = start, Length = length });
        if (error == 0) return true;
        return error is WouldBlock or AccessDenied or BadDescriptor ? false : throw new PlatformNotSupportedException(Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>Can't fail where locking has succeeded.</summary>
    private void Unlock(int command, long start, long length) => Control(command, new() { Type = PosixLock.None, Start = start, Length = length });

    /// <returns>0, or the system's error.</returns>
    private int Control(int command, PosixLock wanted) => _files.Run(() => PosixNative.FileControl(_descriptor, command, ref wanted) == 0 ? 0 : Marshal.GetLastPInvokeError());
}
