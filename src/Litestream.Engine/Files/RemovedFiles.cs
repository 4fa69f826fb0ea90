using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>Linux: which processes go on with a -wal or a -shm that has no name any more, as the system shows what they have open (proc(5), /proc/PID/fd). It does not show that of processes of other
/// accounts, unless this one is root with all its capabilities, nor of other PID namespaces.</summary>
/// <param name="time">The clock by which the file system stamps its folders.</param>
internal sealed class RemovedFiles(TimeProvider time)
{
    /// <summary>What the kernel adds to the name.</summary>
    private const string Mark = " (deleted)";

    /// <summary>As many times as long as it took a look at all processes holds where nothing has changed in the folder: so many databases may be opened at once, and so many files be open, that looking
    /// would be all that is done.</summary>
    private const int Share = 20;

    /// <summary>More than a tick of a file system's clock.</summary>
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(2);

    private static readonly string[] s_suffixes = ["-wal", "-shm"];

    private readonly object _gate = new();
    private ILookup<string, int> _users = Enumerable.Empty<int>().ToLookup(_ => "");
    private DateTimeOffset _looked;
    private long _began;
    private TimeSpan _holds;

    /// <summary>Those of this machine.</summary>
    public static RemovedFiles OfMachine { get; } = new(TimeProvider.System);

    /// <summary>Whether a process has the database open, and beside it a -wal or a -shm that was removed, and not the one that has the name now, and holds a lock. Who has inherited what
    /// another has closed since, as a forked child does, holds none.</summary>
    /// <param name="databasePath">The database.</param>
    /// <param name="database">Which file it is.</param>
    /// <param name="wal">Which file its -wal is; null if there is none.</param>
    /// <param name="walIndex">Which file its -shm is; null if there is none.</param>
    public bool AreUsed(string databasePath, FileIdentity database, FileIdentity? wal, FileIdentity? walIndex)
    {
        var folder = Path.GetDirectoryName(databasePath)!;
        var users = Users(folder);
        return IsUsed(s_suffixes[0], wal) || IsUsed(s_suffixes[1], walIndex);

        bool IsUsed(string suffix, FileIdentity? present)
        {
            var name = Path.GetFileName(databasePath) + suffix;
            return users[name].Any(id =>
                FileUsers.OpenBy(id) is var open && open.Contains(database) && !(present is { } there && open.Contains(there))
                && RemovedBy(id).Any(r => r.Name == name && IsHere(id, r.Folder) && (HasLock(id) || IsLocked(r.Descriptor))));
        }

        // where nothing has that name the folder was removed, too; but another mount namespace may have this one by another name
        bool IsHere(int id, string its) => FileUsers.TryIdentify(its) is { } other ? other == FileUsers.TryIdentify(folder) : !FileUsers.SeesSameMounts(id);

        bool HasLock(int id) => LockHolders.Find(database, LinuxLockGuard.SharedStart, LinuxLockGuard.SharedLength).Contains(id)
            || walIndex is { } index && LockHolders.Find(index, LinuxLockGuard.AttachedStart, LinuxLockGuard.AttachedLength, LinuxLockGuard.SlotsBeforeAttached).Contains(id);

        bool IsLocked(string removed) => FileUsers.TryIdentify(removed) is { } file
            && GuardDescriptor.LookAt(removed, file, LinuxLockGuard.AttachedStart, LinuxLockGuard.AttachedLength) is { Type: not PosixLock.None };
    }

    /// <summary>The processes, by the names that such files had.</summary>
    /// <param name="folder">Where some may have been removed since the last look.</param>
    private ILookup<string, int> Users(string folder)
    {
        lock (_gate)
        {
            var changed = FileIdentityReader.ReadChangeTime(folder) is { } ns ? DateTimeOffset.UnixEpoch.AddTicks(ns / TimeSpan.NanosecondsPerTick) : DateTimeOffset.MaxValue;
            if (time.GetElapsedTime(_began) < _holds && changed < _looked - s_tick) return _users;
            (_looked, _began) = (time.GetUtcNow(), time.GetTimestamp());
            _users = FileUsers.Processes().SelectMany(RemovedBy, (id, removed) => (id, removed.Name)).ToLookup(u => u.Name, u => u.id);
            _holds = time.GetElapsedTime(_began) * (Share + 1);
            return _users;
        }
    }

    private static IEnumerable<(string Name, string Folder, string Descriptor)> RemovedBy(int id) =>
        from descriptor in FileUsers.Descriptors(id)
        where id != Environment.ProcessId || !OpenDescriptors.Contains(int.Parse(Path.GetFileName(descriptor), CultureInfo.InvariantCulture)) // a FormerIndex is nobody's who would lose anything
        let target = PosixNative.ReadLink(descriptor)
        where target is not null && target.EndsWith(Mark, StringComparison.Ordinal)
        let path = target[..^Mark.Length]
        where s_suffixes.Any(s => path.EndsWith(s, StringComparison.Ordinal))
        select (Path.GetFileName(path), Path.GetDirectoryName(path), descriptor);
}
