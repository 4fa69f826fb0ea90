using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>Peak memory of a first snapshot and of a restore, at a size and at eight times that.</summary>
internal sealed class MemoryRow : IRow
{
    public IReadOnlyList<int> Numbers => [10];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var bare = (await MeasuredProcess.RunAsync(Command.OfChild("nothing"))).PeakMemory;
        var (small, large) = (await RunAsync(workshop, workshop.SizeMb), await RunAsync(workshop, workshop.SizeMb * 8));
        foreach (var (what, of) in new (string, Func<(long Snapshot, long Restore), long>)[] { ("snapshot", p => p.Snapshot), ("restore", p => p.Restore) })
        {
            var (more, whole) = ((of(large) - of(small)) / 1048576.0, (of(large) - bare) / 1048576.0);
            yield return new(10, $"peak memory of a {what}, 8 times the size: more", "MiB", more, Goal: "20", IsMet: more < 20);
            yield return new(10, $"peak memory of a {what} above a bare process", "MiB", whole, Goal: "150", IsMet: whole <= 150);
        }
    }

    private static async Task<(long Snapshot, long Restore)> RunAsync(Workshop workshop, int mebibytes)
    {
        var (database, replica, target) = (workshop.CreateDatabase(mebibytes), workshop.NewPath("replica"), workshop.NewPath("restored"));
        long snapshot;
        await using (var process = MeasuredProcess.Start(workshop.Ours.Replicate(database, replica)))
        {
            await ReplicaFolder.WaitForSnapshotAsync(replica);
            snapshot = process.Figures.PeakMemory;
        }

        Workshop.Remove(Path.GetDirectoryName(database)!);
        var restore = await MeasuredProcess.RunAsync(Ours.RestoreChecked(replica, target));
        Workshop.Remove(replica);
        Workshop.Remove(target);
        return (snapshot, restore.PeakMemory);
    }
}
