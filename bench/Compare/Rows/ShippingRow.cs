using System.Globalization;
using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>CPU and stored bytes for the same writes: an hour of an application that writes once in a while, told in less time.</summary>
internal sealed class ShippingRow : IRow
{
    private const int Seconds = 20;
    private const double Rate = 200;

    public int Number => 6;

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var database = workshop.CreateDatabase(Math.Min(workshop.SizeMb, 64));
        var turns = await workshop.InTurnAsync(() => RunAsync(workshop, workshop.Ours, database), () => RunAsync(workshop, workshop.Theirs, database));
        double ours = Median.Of(turns[0], r => r.CpuAGigabyte), theirs = Median.Of(turns[1], r => r.CpuAGigabyte);
        double stored = Median.Of(turns[0], r => r.Stored), theirStored = Median.Of(turns[1], r => r.Stored);
        yield return new(6, "CPU a GB of WAL", "s", ours, theirs, Goal: "theirs x 0.5", IsMet: ours <= theirs / 2);
        yield return new(12, "stored for the same writes", "MB", stored, theirStored, Goal: "theirs", IsMet: stored <= theirStored);
    }

    private static async Task<(double CpuAGigabyte, double Stored)> RunAsync(Workshop workshop, ISystem system, string original)
    {
        var (database, replica) = (workshop.Copy(original), workshop.NewPath("replica"));
        await using var replicator = MeasuredProcess.Start(system.Replicate(database, replica));
        await ReplicaFolder.WaitForSnapshotAsync(replica);
        await Task.Delay(1000);
        var (before, sizeBefore) = (replicator.Figures.Cpu, ReplicaFolder.Size(replica));
        var usage = await MeasuredProcess.RunAsync(Command.OfChild(
            "write", database, Seconds.ToString(CultureInfo.InvariantCulture), Rate.ToString(CultureInfo.InvariantCulture), "20"));
        await ReplicaFolder.WaitForQuietAsync(replica, TimeSpan.FromSeconds(3));
        var gigabytes = WriterReport.Parse(usage.Output).Commits * 20 * 4120 / 1e9;
        return ((replicator.Figures.Cpu - before).TotalSeconds / gigabytes, (ReplicaFolder.Size(replica) - sizeBefore) / 1e6);
    }
}
