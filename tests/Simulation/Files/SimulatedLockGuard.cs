using Litestream.Engine.Files;
using Litestream.Simulation.Disks;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Files;

/// <summary>The guard of a process: a shared lock on the database that no connection of it can lose.</summary>
internal sealed class SimulatedLockGuard : ILockGuard
{
    private readonly SimulatedFileSystem _files;
    private readonly SimulatedProcess _process;
    private readonly DiskFile _database;
    private DiskFile? _present;

    private SimulatedLockGuard(SimulatedFileSystem files, SimulatedProcess process, DiskFile database)
    {
        (_files, _process, _database) = (files, process, database);
        process.Locks.Add(this);
    }

    /// <inheritdoc/>
    public bool IsUnbroken => true;

    /// <inheritdoc/>
    public bool IsAlone => true;

    /// <inheritdoc/>
    public bool IsUnbreakable => false;

    /// <summary>Guards; null when somebody has the file alone.</summary>
    /// <param name="files">The disk as the process sees it.</param>
    /// <param name="process">The process.</param>
    /// <param name="database">The file.</param>
    public static SimulatedLockGuard? TryTake(SimulatedFileSystem files, SimulatedProcess process, DiskFile database)
    {
        var guard = new SimulatedLockGuard(files, process, database);
        if (database.Locks.TryGuard(guard)) return guard;
        guard.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public bool TryTakeAlone(string databasePath, FileIdentity database)
    {
        _files.Enter(Operation.Lock, databasePath);
        if (_files.FindFile(databasePath) is not { } present || present.Number != database.Low || _files.IsOpen(present) || _files.IsOpen(_database)) return false;
        if (present != _database) _present = present;
        return present.Locks.TryTakeAlone(this) && _database.Locks.TryTakeAlone(this);
    }

    public void Dispose()
    {
        _present?.Locks.LetGo(this);
        _database.Locks.LetGo(this);
        _process.Locks.Remove(this);
    }
}
