using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>What a database costs that nobody writes to.</summary>
internal sealed class IdleRow : IRow
{
    public IReadOnlyList<int> Numbers => [8];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var turns = await workshop.InTurnAsync(() => RunAsync(workshop, workshop.Ours), () => RunAsync(workshop, workshop.Theirs));
        double Of(int system, Func<IdleUse, double> figure) => Median.Of(turns[system], figure);
        var (cpu, theirCpu) = (Of(0, u => u.Cpu), Of(1, u => u.Cpu));
        yield return new(8, "CPU of an idle database", "ms/s", cpu, theirCpu, Goal: "theirs x 0.1", IsMet: cpu <= theirCpu * 0.1);
        yield return new(8, "memory of an idle database", "MiB", Of(0, u => u.Memory), Of(1, u => u.Memory));
        yield return new(8, "waits of an idle database", "1/s", Of(0, u => u.Waits), Of(1, u => u.Waits), Goal: "5", IsMet: Of(0, u => u.Waits) <= 5);
        yield return new(8, "bytes written by an idle database", "1/s", Of(0, u => u.Written), Of(1, u => u.Written), Goal: "0", IsMet: Of(0, u => u.Written) == 0);
    }

    private static async Task<IdleUse> RunAsync(Workshop workshop, ISystem system)
    {
        var (database, replica) = (workshop.CreateDatabase(1), workshop.NewPath("replica"));
        await using var process = MeasuredProcess.Start(system.Replicate(database, replica));
        await ReplicaFolder.WaitForSnapshotAsync(replica, process);
        return await IdleUse.WatchAsync(process, replica, quiet: TimeSpan.FromMinutes(3));
    }
}
