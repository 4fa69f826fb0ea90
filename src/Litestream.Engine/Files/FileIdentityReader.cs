using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Litestream.Engine.Files;

/// <summary>Asks the system which file a path leads to.</summary>
internal static class FileIdentityReader
{
    public static FileIdentity? Read(string path) =>
        OperatingSystem.IsWindows() ? ReadWindows(path)
        : OperatingSystem.IsMacOS() ? ReadMacOS(path)
        : ReadLinux(path);

    /// <summary>Linux: which file a descriptor is of; null if it is not open.</summary>
    public static FileIdentity? Read(int descriptor) => ReadLinux(descriptor, "", PosixNative.AtDescriptor);

    /// <summary>Linux: when a file last changed in any way, in ns since 1970; null if nothing is there.</summary>
    /// <exception cref="IOException">The system does not answer.</exception>
    public static long? ReadChangeTime(string path)
    {
        // struct statx: change (s, ns) at 96
        Span<byte> result = stackalloc byte[256];
        return PosixNative.StatX(PosixNative.AtCurrentDirectory, path, 0, PosixNative.StatxChange, result) == 0
            ? MemoryMarshal.Read<long>(result[96..]) * 1_000_000_000 + MemoryMarshal.Read<uint>(result[104..])
            : NothingThere<long>(path);
    }

    private static FileIdentity? ReadLinux(string path) =>
        ReadLinux(PosixNative.AtCurrentDirectory, path, 0) ?? NothingThere<FileIdentity>(path);

    private static FileIdentity? ReadLinux(int directory, string path, int flags)
    {
        // struct statx: what it tells at 0, inode at 32, birth (s, ns) at 80, major and minor device number at 136 and 140
        Span<byte> result = stackalloc byte[256];
        if (PosixNative.StatX(directory, path, flags, PosixNative.StatxInode | PosixNative.StatxBirth, result) != 0) return null;
        var device = (ulong)MemoryMarshal.Read<uint>(result[136..]) << 32 | MemoryMarshal.Read<uint>(result[140..]);
        var birth = (MemoryMarshal.Read<uint>(result) & PosixNative.StatxBirth) == 0
            ? 0
            : MemoryMarshal.Read<ulong>(result[80..]) * 1_000_000_000 + MemoryMarshal.Read<uint>(result[88..]);
        return new(device, birth, MemoryMarshal.Read<ulong>(result[32..]));
    }

    private static FileIdentity? ReadMacOS(string path)
    {
        // struct stat with 64-bit inodes: device at 0, inode at 8
        Span<byte> result = stackalloc byte[256];
        var answer = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? PosixNative.StatArm(path, result)
            : PosixNative.StatIntel(path, result);
        if (answer != 0) return NothingThere<FileIdentity>(path);
        return new(MemoryMarshal.Read<uint>(result), 0, MemoryMarshal.Read<ulong>(result[8..]));
    }

    private static FileIdentity? ReadWindows(string path)
    {
        // Locks belong to handles on Windows: opening and closing harms nobody.
        using var file = WindowsNative.CreateFile(path, WindowsNative.ReadAttributes, WindowsNative.ShareAll, 0,
            WindowsNative.OpenExisting, WindowsNative.BackupSemantics, 0);
        if (file.IsInvalid)
        {
            const int FileNotFound = 2, PathNotFound = 3;
            var error = Marshal.GetLastPInvokeError();
            return error is FileNotFound or PathNotFound ? null : throw new IOException($"'{path}' can't be examined.", new Win32Exception(error));
        }

        Span<byte> result = stackalloc byte[24];
        if (!WindowsNative.GetFileInformationByHandleEx(file, WindowsNative.FileIdInfo, result, result.Length))
            throw new IOException($"'{path}' can't be identified.", new Win32Exception(Marshal.GetLastPInvokeError()));
        return new(MemoryMarshal.Read<ulong>(result), MemoryMarshal.Read<ulong>(result[16..]), MemoryMarshal.Read<ulong>(result[8..]));
    }

    /// <summary>The answer to a failed call: null if nothing is there.</summary>
    /// <exception cref="IOException">It failed for another reason.</exception>
    public static T? NothingThere<T>(string path)
        where T : struct
    {
        var error = Marshal.GetLastPInvokeError();
        return error is PosixNative.NotFound or PosixNative.NotADirectory
            ? null
            : throw new IOException($"'{path}' can't be examined: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }
}
