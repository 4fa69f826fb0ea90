namespace Litestream.Simulation.Disks;

/// <summary>Something that has a name in a folder.</summary>
internal abstract class DiskEntry
{
    /// <summary>After a power loss: only what was made durable, and by chance some of the rest.</summary>
    public abstract void LosePower(Random random);
}
