using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Engine.Files;

/// <summary>The few Windows calls that .NET does not offer.</summary>
internal static partial class WindowsNative
{
    public const uint ReadAttributes = 0x80;
    public const uint ShareAll = 7;
    public const uint OpenExisting = 3;

    /// <summary>Allows folders to be opened.</summary>
    public const uint BackupSemantics = 0x02000000;

    /// <summary>FILE_ID_INFO: a 64-bit volume serial number and a 128-bit file id.</summary>
    public const int FileIdInfo = 18;

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial SafeFileHandle CreateFile(
        string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetFileInformationByHandleEx(SafeFileHandle file, int kind, Span<byte> result, int size);

    /// <summary>Waits for a free instance of a pipe, at most so many milliseconds; fails with error 2 if there is no such pipe.</summary>
    [LibraryImport("kernel32", EntryPoint = "WaitNamedPipeW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool WaitNamedPipe(string name, uint timeout);
}
