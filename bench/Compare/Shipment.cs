using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare;

/// <summary>What it took to replicate some writes.</summary>
/// <param name="Pages">Pages that the application wrote.</param>
/// <param name="Cpu">CPU of the replicating process for them.</param>
/// <param name="Stored">Bytes that came to the replica.</param>
internal sealed record Shipment(double Pages, TimeSpan Cpu, long Stored)
{
    private const int FrameSize = 4096 + 24;

    /// <summary>Until the runtime has compiled what is busy: that costs once, however much is written later.</summary>
    private const double WarmUpSeconds = 10;

    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(3);

    /// <summary>Seconds of CPU a GB of WAL.</summary>
    public double CpuAGigabyte => Cpu.TotalSeconds / (Pages * FrameSize / 1e9);

    /// <summary>Microseconds of CPU a page.</summary>
    public double CpuAPage => Cpu.TotalMicroseconds / Pages;

    /// <summary>Bytes a page.</summary>
    public double StoredAPage => Stored / Pages;

    /// <summary>Replicates a copy of a database from its first snapshot on, and writes to it.</summary>
    public static async Task<Shipment> OfAsync(Workshop workshop, ISystem system, string original, WriteLoad load)
    {
        var (database, replica) = (workshop.Copy(original), workshop.NewPath("replica"));
        await using var process = MeasuredProcess.Start(system.Replicate(database, replica));
        await ReplicaFolder.WaitForSnapshotAsync(replica);
        return await OfAsync(process, database, replica, load);
    }

    /// <summary>Writes to a database that is already being replicated.</summary>
    public static async Task<Shipment> OfAsync(MeasuredProcess replicator, string database, string replica, WriteLoad load)
    {
        await (load with { Seconds = WarmUpSeconds, Seed = load.Seed + 1 }).RunAsync(database);
        await ReplicaFolder.WaitForQuietAsync(replica, s_quiet);
        var (cpu, size) = (replicator.Figures.Cpu, ReplicaFolder.Size(replica));
        var report = await load.RunAsync(database);
        await ReplicaFolder.WaitForQuietAsync(replica, s_quiet);
        return new(report.Commits * load.Rows, replicator.Figures.Cpu - cpu, ReplicaFolder.Size(replica) - size);
    }
}
