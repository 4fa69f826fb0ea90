namespace Litestream.Bench.Compare.Rows;

/// <summary>CPU and stored bytes for the same writes: an hour of an application that writes once in a while, told in less time.</summary>
internal sealed class ShippingRow : IRow
{
    private static readonly WriteLoad s_load = new(Seconds: 20, Rate: 200, Rows: 20);

    public IReadOnlyList<int> Numbers => [6, 12];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var database = workshop.CreateDatabase(Math.Min(workshop.SizeMb, 64));
        var turns = await workshop.InTurnAsync(() => Shipment.OfAsync(workshop, workshop.Ours, database, s_load), () => Shipment.OfAsync(workshop, workshop.Theirs, database, s_load));
        double ours = Median.Of(turns[0], s => s.CpuAGigabyte), theirs = Median.Of(turns[1], s => s.CpuAGigabyte);
        double stored = Median.Of(turns[0], s => s.StoredAPage), theirStored = Median.Of(turns[1], s => s.StoredAPage);
        yield return new(6, "CPU a GB of WAL", "s", ours, theirs, Goal: "theirs x 0.5", IsMet: ours <= theirs / 2);
        yield return new(12, "stored a page written", "B", stored, theirStored, Goal: "theirs", IsMet: stored <= theirStored);
    }
}
