using Litestream.Simulation.Machines;
using Litestream.Simulation.Vfs;

namespace Litestream.Simulation.Exhaustive;

/// <summary>Applications that have a database open and do nothing with it: in a fork they hold the wal-index, as it is, and the lock that keeps others from
/// taking the database for unused.</summary>
internal static class Survivors
{
    /// <summary>Whether all who have a database open but this one could be such.</summary>
    public static bool Suffice(Machine machine, SimulatedProcess dying) =>
        machine.Processes.TrueForAll(p => p == dying || p.OpenFiles.TrueForAll(f => f.LockLevel <= 1 && f.Memory?.HoldsLock(f) != true));

    /// <summary>Lets those of a machine be in its fork, too.</summary>
    public static void Place(Machine origin, Machine fork)
    {
        foreach (var former in origin.Processes.Where(p => p != origin.Running).SelectMany(p => p.OpenFiles).Where(f => f.Memory is not null).ToList())
        {
            var index = fork.Disk.FindFile(former.Path + "-shm");
            if (index is null || origin.Disk.FindFile(former.Path + "-shm")?.Memory != former.Memory || fork.Disk.FindFile(former.Path) is not { } file) continue;
            index.Memory ??= former.Memory!.Copy();
            var process = fork.Start("survivor");
            var open = new OpenFile(process, former.Path, file, null) { Memory = index.Memory };
            index.Memory.Users.Add(open);
            file.Locks.Lock(open, 1);
            process.OpenFiles.Add(open);
        }
    }
}
