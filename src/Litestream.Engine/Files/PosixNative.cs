using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Engine.Files;

/// <summary>The few calls of the C library that .NET does not offer, or whose errors it hides.</summary>
internal static partial class PosixNative
{
    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;

    /// <summary>Linux: whoever has a lease on the file is not waited for.</summary>
    public const int OpenNonBlocking = 0x800;

    /// <summary>A program that is started does not inherit it, and so neither its locks (fcntl.h of Linux, and of macOS).</summary>
    public static readonly int OpenCloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    public const int Interrupted = 4;
    public const int NotFound = 2;
    public const int Exists = 17;
    public const int NotADirectory = 20;
    public const int NotPermitted = 13;
    public const int TooManyOfAccount = 24;
    public const int NoSpace = 28;
    public const int InvalidArgument = 22;

    /// <summary>ENOTSUP: Linux, where EOPNOTSUPP is the same, and macOS, where that is 102.</summary>
    public static readonly int[] NotSupported = OperatingSystem.IsMacOS() ? [45, 102] : [95];

    /// <summary>Linux: a relative path counts from the current directory.</summary>
    public const int AtCurrentDirectory = -100;

    /// <summary>Linux: a symbolic link is looked at itself.</summary>
    public const int DoNotFollow = 0x100;

    /// <summary>Linux: an empty path is the descriptor itself.</summary>
    public const int AtDescriptor = 0x1000;

    /// <summary>Linux: statx shall tell the inode.</summary>
    public const uint StatxInode = 0x100;

    /// <summary>Linux: statx shall tell when the file last changed in any way.</summary>
    public const uint StatxChange = 0x80;

    /// <summary>Linux: statx shall tell when the file was made.</summary>
    public const uint StatxBirth = 0x800;

    public const int MayEnter = 1;
    public const int MayWrite = 2;
    public const int MayRead = 4;

    /// <summary>A POSIX lock, which belongs to the process.</summary>
    public const int SetLock = 6;

    /// <summary>Linux: who stands in the way of a lock of this open file description.</summary>
    public const int GetDescriptionLock = 36;

    /// <summary>Linux: a lock that belongs to the open file description.</summary>
    public const int SetDescriptionLock = 37;

    /// <summary>Linux: which signal tells that somebody wants what a lease denies.</summary>
    public const int SetSignal = 10;

    /// <summary>Linux: a lease of the file.</summary>
    public const int SetLease = 1024;

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(SafeHandle fd);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(int fd);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    /// <summary>Gives a file a second name, unless something has that name: the one way in which only one of several succeeds.</summary>
    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "renamex_np", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameExtended(string from, string to, uint flags);

    /// <summary>Linux, macOS: two names change their files in one step. False where the C library, the kernel or the file system can't do that.</summary>
    public static bool TryExchange(string one, string other)
    {
        // RENAME_EXCHANGE and RENAME_SWAP
        const uint Exchange = 2;
        if (OperatingSystem.IsWindows()) return false;
        try
        {
            return OperatingSystem.IsMacOS()
                ? RenameExtended(one, other, Exchange) == 0
                : RenameAt(AtCurrentDirectory, one, AtCurrentDirectory, other, Exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int fd, int number);

    /// <summary>Linux: gives this thread descriptors of its own, copies of all. False where a sandbox forbids it: some forbid the one call and allow the other, which is new in 5.9.</summary>
    public static bool TrySeparateDescriptors()
    {
        const int Descriptors = 0x400;
        const nint CloseRange = 436, None = int.MaxValue, Separately = 2; // the number is the same on all architectures
        return Unshare(Descriptors) == 0 || SystemCall(CloseRange, None, None, Separately) == 0;
    }

    /// <summary>Linux: keeps this thread from being given what is sent to the process (signal(7)), so that another one is. Not what it causes itself, nor that by which the runtime stops it.</summary>
    public static void BlockSignals()
    {
        const int Block = 0, FirstFree = 36; // the runtime uses the first that the C library leaves free, 34 or 35
        ReadOnlySpan<int> own = [4, 5, 6, 7, 8, 11]; // SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV
        var mask = ulong.MaxValue << (FirstFree - 1) | uint.MaxValue >> 1; // signal n is bit n - 1
        foreach (var signal in own) mask &= ~(1ul << (signal - 1));
        Span<byte> set = stackalloc byte[128];
        set.Clear();
        MemoryMarshal.Write(set, in mask);
        _ = ThreadSignalMask(Block, set, 0);
    }

    /// <summary>Linux with the GNU library: gives freed memory back to the system.</summary>
    public static void GiveBackMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = MemoryTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // another library, which gives it back by itself
        }
    }

    /// <summary>Linux; the result's layout is the same on every architecture.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatX(int directory, string path, int flags, uint mask, Span<byte> result);

    /// <summary>macOS on Apple silicon.</summary>
    [LibraryImport("libc", EntryPoint = "stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatArm(string path, Span<byte> result);

    /// <summary>macOS on Intel: the variant with 64-bit inodes.</summary>
    [LibraryImport("libc", EntryPoint = "stat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatIntel(string path, Span<byte> result);

    /// <summary>macOS on Apple silicon: a symbolic link is looked at itself.</summary>
    [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LinkStatArm(string path, Span<byte> result);

    /// <summary>macOS on Intel: the same.</summary>
    [LibraryImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LinkStatIntel(string path, Span<byte> result);

    /// <summary>Asks what this account may do with a path, as <see cref="MayRead"/>, <see cref="MayWrite"/> and <see cref="MayEnter"/> say.</summary>
    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getegid")]
    public static partial uint GetEffectiveGroupId();

    /// <summary>macOS and the BSDs: who is at the other end of a Unix domain socket.</summary>
    [LibraryImport("libc", EntryPoint = "getpeereid", SetLastError = true)]
    public static partial int GetPeerIds(SafeHandle socket, out uint user, out uint group);

    /// <summary>Linux. The C function takes any third argument, which is passed there as a declared one is.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int fd, int command, ref PosixLock content);

    /// <summary>Linux: the same.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int fd, int command, nint content);

    /// <summary>Linux: an instance of inotify.</summary>
    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial SafeFileHandle InotifyInit(int flags);

    /// <summary>Linux: a number for the folder in that instance, the same for the same one.</summary>
    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int InotifyAddWatch(SafeHandle instance, string path, uint events);

    /// <summary>Linux: whoever reads the instance is told that it has ended.</summary>
    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int InotifyRemoveWatch(SafeHandle instance, int watch);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeHandle fd, Span<byte> buffer, nint count);

    /// <summary>Where a symbolic link leads; null where that is not told.</summary>
    public static string? ReadLink(string path)
    {
        const int LongestPath = 4096;
        Span<byte> target = stackalloc byte[LongestPath];
        var length = ReadLink(path, target, LongestPath);
        return length < 0 ? null : Encoding.UTF8.GetString(target[..(int)length]);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint last, nint flags);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int ThreadSignalMask(int how, ReadOnlySpan<byte> set, nint former);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MemoryTrim(nuint pad);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int what);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadLink(string path, Span<byte> target, nint size);
}
