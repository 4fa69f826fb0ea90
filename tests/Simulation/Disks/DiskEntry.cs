namespace Litestream.Simulation.Disks;

/// <summary>Something that has a name in a folder.</summary>
internal abstract class DiskEntry
{
    /// <summary>After a power loss: only what was made durable, and by chance some of the rest.</summary>
    /// <param name="random">Chance; null where nothing of the rest is left.</param>
    public abstract void LosePower(Random? random);

    /// <summary>Whether a power loss could take something.</summary>
    public abstract bool HasPending { get; }

    /// <summary>The same entry of another disk, which goes its own way from now on.</summary>
    /// <param name="made">Those that were made already: an entry can have two names.</param>
    /// <param name="changes">Counts the other disk's changes.</param>
    public abstract DiskEntry Fork(Dictionary<DiskEntry, DiskEntry> made, DiskChanges changes);
}
