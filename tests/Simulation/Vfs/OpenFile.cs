using Litestream.Simulation.Disks;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Vfs;

/// <summary>A file that SQLite has open in a process.</summary>
internal sealed class OpenFile(SimulatedProcess process, string path, DiskFile file, DiskFolder? unflushedFolder)
{
    public SimulatedProcess Process => process;

    public string Path => path;

    public DiskFile File => file;

    /// <summary>The level of SQLite's lock on a database: 0 none to 4 exclusive.</summary>
    public int LockLevel { get; set; }

    public bool PersistsWal { get; set; }

    public bool DeletesOnClose { get; init; }

    /// <summary>The wal-index, while it is mapped.</summary>
    public SharedMemory? Memory { get; set; }

    /// <summary>The pieces that SQLite may still have pointers to.</summary>
    public List<byte[]> Mapped { get; } = [];

    /// <summary>The folder to flush with the first flush of a journal or WAL that was just created, as SQLite's own VFS does.</summary>
    public DiskFolder? UnflushedFolder { get; set; } = unflushedFolder;

    /// <summary>Lets go what a dying process holds.</summary>
    public void Abandon()
    {
        file.Locks.Unlock(this, 0);
        Memory?.Leave(this);
        Memory = null;
    }
}
