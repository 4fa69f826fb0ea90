using System.Runtime.InteropServices;

namespace Litestream.Engine.Files;

/// <summary>The files of this machine.</summary>
public sealed class LocalFileSystem : IFileSystem
{
    /// <summary>Of a folder: what is made there has its group.</summary>
    private const int SetGroupBit = 0x400;

    private readonly FileWatches _watches = new();

    private LocalFileSystem()
    {
    }

    /// <summary>The one instance.</summary>
    public static LocalFileSystem Instance { get; } = new();

    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null)
    {
        var (fileMode, access, share) = mode switch
        {
            FileOpenMode.Read => (FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
            FileOpenMode.CreateNew => (FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete),
            FileOpenMode.Existing => (FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete),
            _ => (FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete),
        };

        if (mode is not (FileOpenMode.CreateNew or FileOpenMode.Create) || unixMode is not { } permissions || OperatingSystem.IsWindows())
            return new LocalFile(File.OpenHandle(path, fileMode, access, share), path);
        // with its permissions from the first moment: whoever opened it before they are narrowed could read all that comes; only streams are created like that
        var stream = new FileStream(path, new FileStreamOptions { Mode = fileMode, Access = access, Share = share, BufferSize = 0, UnixCreateMode = permissions });
        // what umask has taken away, or what a file has that was there before
        File.SetUnixFileMode(stream.SafeFileHandle, permissions);
        return new LocalFile(stream.SafeFileHandle, path, stream);
    }

    /// <inheritdoc/>
    public FileEntry? Find(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists) return EntryOf(file);
        var directory = new DirectoryInfo(path);
        return directory.Exists ? EntryOf(directory) : null;
    }

    /// <inheritdoc/>
    public string ResolveLink(string path) => new FileInfo(path) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is { } target
        ? target.FullName : path;

    /// <inheritdoc/>
    public FileIdentity? Identify(string path) => FileIdentityReader.Read(path);

    /// <inheritdoc/>
    public UnixFileMode? GetUnixMode(string path) =>
        OperatingSystem.IsWindows() || !Path.Exists(path) ? null : File.GetUnixFileMode(path);

    /// <inheritdoc/>
    public bool SharesOwner(string path, string directory)
    {
        if (OperatingSystem.IsWindows() || FileOwnerReader.Read(path) is not var (owner, group, _)) return true;
        var folder = directory;
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above) folder = above;
        var inherited = FileOwnerReader.Read(folder) is var (_, folderGroup, mode) && (mode & SetGroupBit) != 0 ? folderGroup : PosixNative.GetEffectiveGroupId();
        return (owner, group) == (PosixNative.GetEffectiveUserId(), inherited);
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileEntry> List(string directory)
    {
        try
        {
            return [.. new DirectoryInfo(directory).EnumerateFileSystemInfos().Select(TryEntryOf).OfType<FileEntry>().OrderBy(e => e.Name, StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string directory, UnixFileMode? unixMode = null)
    {
        if (unixMode is not { } mode || OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        // the framework gives its permissions to the last folder alone
        if (Path.GetDirectoryName(directory) is { Length: > 0 } above && !Directory.Exists(above)) CreateDirectory(above, mode);
        Directory.CreateDirectory(directory, mode);
    }

    /// <inheritdoc/>
    public void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        var fd = PosixNative.Open(directory, PosixNative.OpenReadOnly | PosixNative.OpenCloseOnExec);
        if (fd < 0) throw Failure(directory, "opened for flushing");
        try
        {
            if (PosixNative.FSync(fd) != 0 && !HasNoFlush(Marshal.GetLastPInvokeError())) throw Failure(directory, "flushed");
        }
        finally
        {
            _ = PosixNative.Close(fd);
        }

        // fsync(2): EINVAL where the object can't be synchronized at all. The server of a network mount makes names durable by itself,
        // or nobody can; waiting for it would stop replication for ever.
        static bool HasNoFlush(int error) => error == PosixNative.InvalidArgument || PosixNative.NotSupported.Contains(error);

        static IOException Failure(string directory, string what)
        {
            var error = Marshal.GetLastPInvokeError();
            return new($"The folder '{directory}' can't be {what}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to, bool overwrite)
    {
        if (overwrite || OperatingSystem.IsWindows() || !TryRenameByLink(from, to)) File.Move(from, to, overwrite);
    }

    /// <inheritdoc/>
    public void Swap(string from, string to, string former)
    {
        // keeps the access rights of what is replaced, too
        if (OperatingSystem.IsWindows()) File.Replace(from, to, former);
        else FileSwap.Run(this, from, to, former);
    }

    /// <inheritdoc/>
    public bool TryExchange(string one, string other) => PosixNative.TryExchange(one, other);

    /// <inheritdoc/>
    public bool TryLink(string from, string to) => !OperatingSystem.IsWindows() && PosixNative.Link(from, to) == 0;

    /// <inheritdoc/>
    public void CopyAccess(string from, string to)
    {
        if (OperatingSystem.IsWindows() || FileOwnerReader.Read(from) is not var (owner, group, _)) return;
        if (FileOwnerReader.Read(to) is var (its, itsGroup, _) && (its, itsGroup) != (owner, group) && PosixNative.ChangeOwner(to, owner, group) != 0)
            throw new UnauthorizedAccessException($"The owner of '{from}' can't be given to '{to}': {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        // after the owner: changing that takes permissions away
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
    }

    /// <inheritdoc/>
    public long? GetChangeTime(string path) => OperatingSystem.IsLinux() ? FileIdentityReader.ReadChangeTime(path) : null;

    /// <inheritdoc/>
    public bool IsUnused(string path, FileIdentity identity) => OperatingSystem.IsLinux() && FileLease.IsUnused(path, identity);

    /// <inheritdoc/>
    public IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own) =>
        OperatingSystem.IsLinux() ? FileUsers.Find(files, own) : [];

    /// <inheritdoc/>
    public bool HasUnlockedUser(string databasePath, FileIdentity database, FileIdentity? wal, FileIdentity? walIndex)
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            return LinuxLockGuard.HasUnlockedUser(databasePath, database, wal, walIndex);
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <summary>On Unix .NET looks whether the new name is free, and renames then: two could do so at once.</summary>
    /// <returns>False where the file system has no links, or something else is wrong that the other way tells better.</returns>
    private static bool TryRenameByLink(string from, string to)
    {
        if (PosixNative.Link(from, to) != 0)
            return Marshal.GetLastPInvokeError() == PosixNative.Exists ? throw new IOException($"The file '{to}' already exists.") : false;
        File.Delete(from);
        return true;
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // nothing there is what was asked for
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // nothing there is what was asked for
        }
    }

    /// <inheritdoc/>
    public void DeleteEmptyDirectory(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: false);
        }
        catch (DirectoryNotFoundException)
        {
            // nothing there is what was asked for
        }
        catch (IOException) when (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            // it is not empty
        }
    }

    /// <inheritdoc/>
    public void SetModifiedTime(string path, DateTimeOffset time) => File.SetLastWriteTimeUtc(path, time.UtcDateTime);

    /// <inheritdoc/>
    public IDisposable? TryLock(string path, UnixFileMode? unixMode = null)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = unixMode;
        try
        {
            return new FileStream(path, options);
        }
        catch (IOException e) when (FileErrors.IsInUse(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public IDisposable Watch(string path, Action changed) => _watches.Watch(path, changed);

    /// <inheritdoc/>
    public bool TellsAtOnce => OperatingSystem.IsLinux();

    /// <inheritdoc/>
    public IDisposable? WatchFolder(string directory, bool recursive, Action<string> changed) => new FolderWatch(directory, recursive, changed);

    /// <inheritdoc/>
    /// <remarks>macOS has no documented locks of open file descriptions, and tells a process nothing of its own locks: there capture itself
    /// has to notice what was lost.</remarks>
    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex)
    {
        if (!OperatingSystem.IsLinux()) return OperatingSystem.IsWindows() ? NoLockGuard.Needless : NoLockGuard.Impossible;
        try
        {
            return LinuxLockGuard.TryTake(databasePath, database, walIndex);
        }
        catch (PlatformNotSupportedException)
        {
            return NoLockGuard.Impossible;
        }
    }

    /// <summary>Null for a file that was deleted or renamed while its folder was listed.</summary>
    private static FileEntry? TryEntryOf(FileSystemInfo info)
    {
        try
        {
            return EntryOf(info);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static FileEntry EntryOf(FileSystemInfo info) => new(
        info.Name,
        info is FileInfo file ? file.Length : 0,
        new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero),
        info is DirectoryInfo);
}
