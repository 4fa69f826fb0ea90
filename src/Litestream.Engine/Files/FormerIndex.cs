namespace Litestream.Engine.Files;

/// <summary>Linux: a wal-index that this process has guarded, also when it has no name any more: whoever uses it holds a lock on it, of whatever account and PID namespace he is.</summary>
internal sealed class FormerIndex : IDisposable
{
    private readonly IGuardedFiles _files;
    private readonly int _descriptor;

    private FormerIndex(IGuardedFiles files, int descriptor, FileIdentity identity) => (_files, _descriptor, Identity) = (files, descriptor, identity);

    /// <summary>The file.</summary>
    public FileIdentity Identity { get; }

    /// <summary>Whether somebody uses it.</summary>
    public bool IsUsed => _files.Run(() => GuardDescriptor.LookAt(_descriptor, LinuxLockGuard.AttachedStart, LinuxLockGuard.AttachedLength)) is { Type: not PosixLock.None };

    /// <summary>Keeps it open. Null when no guard of this process has it open, or that can't be.</summary>
    /// <param name="identity">The file.</param>
    public static FormerIndex? TryKeep(FileIdentity identity)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            var files = GuardedFiles.OfProcess;
            return files.TryOpenAgain(identity) is { } descriptor ? new(files, descriptor, identity) : null;
        }
        catch (Exception e) when (e is PlatformNotSupportedException || FileErrors.IsFileError(e))
        {
            return null;
        }
    }

    public void Dispose() => _files.Close(_descriptor, Identity);
}
