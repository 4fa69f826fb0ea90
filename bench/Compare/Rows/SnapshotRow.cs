using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>The first snapshot of a database, from the start of the process until it has its name in the replica.</summary>
internal sealed class SnapshotRow : IRow
{
    public IReadOnlyList<int> Numbers => [2];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var database = workshop.CreateDatabase();
        var turns = await workshop.InTurnAsync(() => RunAsync(workshop, workshop.Ours, database), () => RunAsync(workshop, workshop.Theirs, database), () => CopyAsync(workshop, database));
        double ours = Wall(turns[0]), theirs = Wall(turns[1]);
        double cpu = Median.Of(turns[0], u => u.Cpu.TotalSeconds), theirCpu = Median.Of(turns[1], u => u.Cpu.TotalSeconds);
        yield return new(2, "first snapshot", "s", ours, theirs, Wall(turns[2]), "theirs / 2", ours <= theirs / 2);
        yield return new(2, "CPU of it", "s", cpu, theirCpu, Goal: "theirs", IsMet: cpu <= theirCpu);
        yield return new(2, "peak memory of it", "MiB", Median.Of(turns[0], u => u.PeakMemory / 1048576.0), Median.Of(turns[1], u => u.PeakMemory / 1048576.0));
    }

    private static async Task<Usage> RunAsync(Workshop workshop, ISystem system, string original)
    {
        var (database, replica) = (workshop.Copy(original), workshop.NewPath("replica"));
        Usage usage;
        await using (var process = MeasuredProcess.Start(system.Replicate(database, replica)))
        {
            await ReplicaFolder.WaitForSnapshotAsync(replica);
            var (wall, figures) = (process.Elapsed, process.Figures);
            usage = new(wall, figures.Cpu, figures.PeakMemory);
        }

        Workshop.Remove(Path.GetDirectoryName(database)!);
        Workshop.Remove(replica);
        return usage;
    }

    private static async Task<Usage> CopyAsync(Workshop workshop, string database)
    {
        var target = workshop.NewPath("copy");
        var usage = await MeasuredProcess.RunAsync(new("cp", database, target));
        Workshop.Remove(target);
        return usage;
    }

    private static double Wall(IEnumerable<Usage> turns) => Median.Of(turns, u => u.Wall.TotalSeconds);
}
