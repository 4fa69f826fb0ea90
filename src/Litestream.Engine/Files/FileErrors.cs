using Litestream.Engine.Errors;

namespace Litestream.Engine.Files;

/// <summary>Turns what the operating system says into errors with a name.</summary>
internal static class FileErrors
{
    private const int LinuxWouldBlock = 11;
    private const int MacOSWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int PosixNoSpace = 28;
    private const int PosixQuota = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>Whether somebody else has a file open that was to be had alone.</summary>
    public static bool IsInUse(IOException e) => OperatingSystem.IsWindows() ? e.HResult == WindowsSharingViolation
        : e.HResult == (OperatingSystem.IsMacOS() ? MacOSWouldBlock : LinuxWouldBlock);

    public static bool IsDiskFull(Exception e) =>
        e is IOException && e.HResult is PosixNoSpace or PosixQuota or WindowsDiskFull or WindowsHandleDiskFull;

    /// <summary>Whether <see cref="Wrap"/> knows the kind of exception.</summary>
    public static bool IsFileError(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>Names a failure of a file operation.</summary>
    /// <param name="e">What the system said.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="what">What was being done, e.g. "write the spool".</param>
    /// <param name="otherwise">The code when it is not a full disk.</param>
    public static LitestreamException Wrap(Exception e, string path, string what, ErrorCode otherwise) => IsDiskFull(e)
        ? new(ErrorCode.DiskFull, $"No space is left to {what} at '{path}'.", path, "Free space on that device, or use another place.", e)
        : new(otherwise, $"Can't {what} at '{path}': {e.Message}", path, "Check that the path exists and that this account may use it.", e);
}
