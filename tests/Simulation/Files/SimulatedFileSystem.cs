using Litestream.Engine.Files;
using Litestream.Simulation.Disks;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Files;

/// <summary>The machine's disk as one process sees it.</summary>
internal sealed class SimulatedFileSystem(Machine machine, SimulatedProcess process) : IFileSystem
{
    private const int NoSpace = 28;
    private const int InputOutput = 5;

    public Machine Machine => machine;

    private Disk Disk => machine.Disk;

    public IFile Open(string path, FileOpenMode mode, UnixFileMode? unixMode = null)
    {
        Enter(Operation.Open, path);
        var file = Disk.FindFile(path);
        if (mode is FileOpenMode.Read or FileOpenMode.Existing) return new SimulatedFile(this, path, file ?? throw new FileNotFoundException($"'{path}' is not there."));
        if (mode == FileOpenMode.CreateNew && file is not null) throw new IOException($"'{path}' exists.");
        if (file is null) file = Disk.CreateFile(path, machine.Clock.GetUtcNow());
        else file.SetLength(0);
        return new SimulatedFile(this, path, file);
    }

    public FileEntry? Find(string path)
    {
        Enter(Operation.Find, path);
        return Disk.Find(path) is { } entry ? EntryOf(Path.GetFileName(path), entry) : null;
    }

    public FileIdentity? Identify(string path)
    {
        Enter(Operation.Find, path);
        return Disk.FindFile(path) is { } file ? new FileIdentity(1, 0, file.Number) : null;
    }

    public UnixFileMode? GetUnixMode(string path) => null;

    public IReadOnlyList<FileEntry> List(string directory)
    {
        Enter(Operation.List, directory);
        return Disk.FindFolder(directory) is { } folder ? [.. folder.Entries.Select(e => EntryOf(e.Key, e.Value))] : [];
    }

    public void CreateDirectory(string directory, UnixFileMode? unixMode = null)
    {
        Enter(Operation.CreateFolder, directory);
        Disk.CreateFolder(directory);
    }

    public void FlushDirectory(string directory)
    {
        Enter(Operation.FlushFolder, directory);
        (Disk.FindFolder(directory) ?? throw new DirectoryNotFoundException($"'{directory}' is not there.")).Flush();
    }

    public void Rename(string from, string to, bool overwrite)
    {
        Enter(Operation.Rename, to);
        if (!overwrite && Disk.Find(to) is not null) throw new IOException($"'{to}' exists.");
        Disk.Rename(from, to);
    }

    public void Swap(string from, string to, string former) => FileSwap.Run(this, from, to, former);

    public bool TryExchange(string one, string other)
    {
        if (!machine.ExchangesFiles) return false;
        Enter(Operation.Rename, other);
        Disk.Exchange(one, other);
        return true;
    }

    public bool TryLink(string from, string to)
    {
        Enter(Operation.Rename, to);
        Disk.Link(from, to);
        return true;
    }

    /// <summary>There is one account.</summary>
    public void CopyAccess(string from, string to)
    {
    }

    /// <summary>The machine does not tell.</summary>
    public IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own) => [];

    public bool IsUnused(string path, FileIdentity identity)
    {
        Enter(Operation.Lock, path);
        return FindFile(path) is { } file && file.Number == identity.Low && !IsOpen(file);
    }

    /// <summary>Whether a process that lives has a file open.</summary>
    public bool IsOpen(DiskFile file) => machine.Processes.Where(p => !p.IsDead).Any(p => p.OpenFiles.Exists(f => f.File == file));

    public void Delete(string path)
    {
        Enter(Operation.Delete, path);
        Disk.Delete(path);
    }

    public void DeleteDirectory(string directory)
    {
        Enter(Operation.Delete, directory);
        Disk.Delete(directory);
    }

    public void DeleteEmptyDirectory(string directory)
    {
        Enter(Operation.Delete, directory);
        if (Disk.FindFolder(directory) is { Entries.Count: 0 }) Disk.Delete(directory);
    }

    public void SetModifiedTime(string path, DateTimeOffset time)
    {
        Enter(Operation.SetTime, path);
        (Disk.FindFile(path) ?? throw new FileNotFoundException($"'{path}' is not there.")).ModifiedAt = time;
    }

    public IDisposable? TryLock(string path, UnixFileMode? unixMode = null)
    {
        Enter(Operation.Lock, path);
        var file = Disk.FindFile(path) ?? Disk.CreateFile(path, machine.Clock.GetUtcNow());
        if (machine.Processes.SelectMany(p => p.Locks).OfType<HeldLock>().Any(l => l.File == file)) return null;
        var held = new HeldLock(process, file);
        process.Locks.Add(held);
        return held;
    }

    public IDisposable Watch(string path, Action changed) => new MemoryStream();

    /// <summary>In the times of files.</summary>
    public bool TellsAtOnce => true;

    public ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex)
    {
        Enter(Operation.Lock, databasePath);
        return FindFile(databasePath) is { } file && file.Number == database.Low ? SimulatedLockGuard.TryTake(this, process, file) : null;
    }

    /// <summary>What a name leads to, without asking.</summary>
    public DiskFile? FindFile(string path) => Disk.FindFile(path);

    /// <summary>An operation begins.</summary>
    /// <returns>No fault, or a torn write, which is the caller's to carry out.</returns>
    public Fault Enter(Operation operation, string path, long offset = 0, long length = 0) =>
        machine.Enter(process, operation, path, offset, length) switch
        {
            Fault.Crash => throw new ProcessDiedException(),
            Fault.Error => throw new IOException($"'{path}': input/output error.", InputOutput),
            Fault.Full => throw new IOException($"'{path}': no space left.", NoSpace),
            var fault => fault,
        };

    /// <summary>Bytes are about to be written.</summary>
    public void ShowWrite(string path, DiskFile file, ReadOnlySpan<byte> bytes, long offset) =>
        machine.Watcher?.BeforeWrite(process, path, file, bytes, offset);

    /// <summary>A part was written: the process dies of it or is told that the disk is full.</summary>
    public void Tear(string path)
    {
        if (machine.Random.Next(2) == 0) throw new IOException($"'{path}': no space left.", NoSpace);
        machine.Kill(process);
        throw new ProcessDiedException();
    }

    private static FileEntry EntryOf(string name, DiskEntry entry) => entry is DiskFile file
        ? new(name, file.Length, file.ModifiedAt, IsDirectory: false)
        : new(name, 0, default, IsDirectory: true);

    private sealed class HeldLock(SimulatedProcess process, DiskFile file) : IDisposable
    {
        public DiskFile File => file;

        public void Dispose() => process.Locks.Remove(this);
    }
}
