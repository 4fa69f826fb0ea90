using Litestream.Engine.Files;

namespace Litestream.Engine.Spool;

/// <summary>The files of a metadata folder, on a device that is not waited for without end; see <see cref="DevicePatience"/>.</summary>
/// <param name="device">The files, as they are without.</param>
internal sealed class PatientFiles(IFileSystem device) : IFileSystem
{
    public bool TellsAtOnce => device.TellsAtOnce;

    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null) => new PatientFile(DevicePatience.Ask(() => device.Open(path, mode, unixMode)));

    public FileEntry? Find(string path) => DevicePatience.Ask(() => device.Find(path));

    public string ResolveLink(string path) => DevicePatience.Ask(() => device.ResolveLink(path));

    public FileIdentity? Identify(string path) => DevicePatience.Ask(() => device.Identify(path));

    public long? GetChangeTime(string path) => DevicePatience.Ask(() => device.GetChangeTime(path));

    public UnixFileMode? GetUnixMode(string path) => DevicePatience.Ask(() => device.GetUnixMode(path));

    public bool SharesOwner(string path, string directory) => DevicePatience.Ask(() => device.SharesOwner(path, directory));

    public IReadOnlyList<FileEntry> List(string directory) => DevicePatience.Ask(() => device.List(directory));

    public void CreateDirectory(string directory, UnixFileMode? unixMode = null) => DevicePatience.Do(() => device.CreateDirectory(directory, unixMode));

    public void FlushDirectory(string directory) => DevicePatience.Do(() => device.FlushDirectory(directory));

    public void Rename(string from, string to, bool overwrite) => DevicePatience.Do(() => device.Rename(from, to, overwrite));

    public void Swap(string from, string to, string former) => DevicePatience.Do(() => device.Swap(from, to, former));

    public bool TryExchange(string one, string other) => DevicePatience.Ask(() => device.TryExchange(one, other));

    public bool TryLink(string from, string to) => DevicePatience.Ask(() => device.TryLink(from, to));

    public void CopyAccess(string from, string to) => DevicePatience.Do(() => device.CopyAccess(from, to));

    public IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own) => device.FindUsers(files, own);

    public bool IsUnused(string path, FileIdentity identity) => device.IsUnused(path, identity);

    public void Delete(string path) => DevicePatience.Do(() => device.Delete(path));

    public void DeleteDirectory(string directory) => DevicePatience.Do(() => device.DeleteDirectory(directory));

    public void DeleteEmptyDirectory(string directory) => DevicePatience.Do(() => device.DeleteEmptyDirectory(directory));

    public void SetModifiedTime(string path, DateTimeOffset time) => DevicePatience.Do(() => device.SetModifiedTime(path, time));

    public IDisposable? TryLock(string path, UnixFileMode? unixMode = null) => DevicePatience.Ask(() => device.TryLock(path, unixMode));

    public IDisposable Watch(string path, Action changed) => DevicePatience.Ask(() => device.Watch(path, changed));

    public IDisposable? WatchFolder(string directory, bool recursive, Action<string> changed) => DevicePatience.Ask(() => device.WatchFolder(directory, recursive, changed));

    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) => device.TryGuardLocks(databasePath, database, walIndex);
}
