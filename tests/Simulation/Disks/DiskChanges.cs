namespace Litestream.Simulation.Disks;

/// <summary>Counts the changes of one disk, also those of what is durable: where the count is the same, the disk is.</summary>
internal sealed class DiskChanges
{
    public long Count { get; private set; }

    public void Add() => Count++;
}
