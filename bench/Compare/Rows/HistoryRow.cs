using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>A start and the same writes after three lengths of history: what they cost must not grow with what the replica holds.</summary>
internal sealed class HistoryRow : IRow
{
    private const double Tolerance = 1.25;
    private static readonly int[] s_lengths = [100, 400, 1600];
    private static readonly WriteLoad s_load = new(Seconds: 10, Rate: 100, Rows: 10);

    public IReadOnlyList<int> Numbers => [15];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var (firstStart, firstCpu) = (0d, 0d);
        foreach (var length in s_lengths)
        {
            var (database, replica) = (workshop.CreateDatabase(4), workshop.NewPath("replica"));
            // a page or so a segment
            await ReplicaWithHistory.MakeAsync(database, replica, length, part: 1000);
            await using var process = MeasuredProcess.Start(workshop.Ours.Replicate(database, replica));
            await ReplicaFolder.WaitForQuietAsync(replica, TimeSpan.FromSeconds(5));
            var start = process.Figures.Cpu.TotalMilliseconds;
            var cpu = (await Shipment.OfAsync(process, database, replica, s_load)).CpuAPage;
            if (length == s_lengths[0]) (firstStart, firstCpu) = (start, cpu);
            var goal = length == s_lengths[0] ? "" : $"as after {s_lengths[0]} x {Figure.Text(Tolerance)}";
            yield return new(15, $"CPU of a start after {length} segments", "ms", start, Goal: goal, IsMet: goal.Length == 0 ? null : start <= firstStart * Tolerance);
            yield return new(15, $"CPU a page written after {length} segments", "us", cpu, Goal: goal, IsMet: goal.Length == 0 ? null : cpu <= firstCpu * Tolerance);
        }
    }
}
