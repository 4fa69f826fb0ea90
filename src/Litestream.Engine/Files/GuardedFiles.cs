using System.Runtime.InteropServices;

namespace Litestream.Engine.Files;

/// <summary>Linux: the ways to keep guarded files open.</summary>
internal static class GuardedFiles
{
    private static readonly Lazy<IGuardedFiles> s_apart = new(() => new SeparateFiles(SeparateDescriptors.Looks!));

    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int ReadOnlyVolume = 30;

    /// <summary>Where SQLite's own locks can't be lost, so that files may be opened and closed apart; else beside it, with care.</summary>
    public static IGuardedFiles OfProcess => SeparateDescriptors.Sqlite is null ? OpenDescriptors.Instance : s_apart.Value;

    /// <summary>Opens a file, for writing where that is allowed. Null if nothing has that name.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="IOException">It can't be opened.</exception>
    public static int? TryOpen(string path)
    {
        var descriptor = PosixNative.Open(path, PosixNative.OpenReadWrite | PosixNative.OpenCloseOnExec);
        // then it can't be locked for writing, which is only needed now and then
        if (descriptor < 0 && Marshal.GetLastPInvokeError() is AccessDenied or ReadOnlyVolume or NotPermitted)
            descriptor = PosixNative.Open(path, PosixNative.OpenReadOnly | PosixNative.OpenCloseOnExec);
        return descriptor >= 0 ? descriptor
            : Marshal.GetLastPInvokeError() == PosixNative.NotFound ? null
            : throw new IOException($"'{path}' can't be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
    }
}
