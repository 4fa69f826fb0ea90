namespace Litestream.Bench.Compare.Rows;

/// <summary>The same writes to databases of three sizes: what they cost must not grow with the database.</summary>
internal sealed class SizeRow : IRow
{
    private const double Tolerance = 1.25;
    private static readonly int[] s_sizes = [16, 64, 256];
    private static readonly WriteLoad s_load = new(Seconds: 10, Rate: 100, Rows: 10);

    public IReadOnlyList<int> Numbers => [14];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var (firstCpu, firstStored) = (0d, 0d);
        foreach (var size in s_sizes)
        {
            var database = workshop.CreateDatabase(size);
            var turns = await workshop.InTurnAsync(() => Shipment.OfAsync(workshop, workshop.Ours, database, s_load), () => Shipment.OfAsync(workshop, workshop.Theirs, database, s_load));
            double cpu = Median.Of(turns[0], s => s.CpuAPage), stored = Median.Of(turns[0], s => s.StoredAPage);
            if (size == s_sizes[0]) (firstCpu, firstStored) = (cpu, stored);
            var goal = size == s_sizes[0] ? "" : $"as of {s_sizes[0]} MiB x {Figure.Text(Tolerance)}";
            yield return new(14, $"CPU a page written to {size} MiB", "us", cpu, Median.Of(turns[1], s => s.CpuAPage), Goal: goal, IsMet: goal.Length == 0 ? null : cpu <= firstCpu * Tolerance);
            yield return new(14, $"stored a page written to {size} MiB", "B", stored, Median.Of(turns[1], s => s.StoredAPage), Goal: goal, IsMet: goal.Length == 0 ? null : stored <= firstStored * Tolerance);
            Workshop.Remove(Path.GetDirectoryName(database)!);
        }
    }
}
