using System.Diagnostics;
using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>From a commit after quiet until its segment has its name in the replica, at default settings.</summary>
internal sealed class LagRow : IRow
{
    private const int Commits = 12;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    public IReadOnlyList<int> Numbers => [7];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var database = workshop.CreateDatabase(4);
        var turns = await workshop.InTurnAsync(() => RunAsync(workshop, workshop.Ours, database), () => RunAsync(workshop, workshop.Theirs, database));
        var (ours, theirs) = (turns[0].SelectMany(t => t).Order().ToList(), turns[1].SelectMany(t => t).Order().ToList());
        yield return new(7, "lag after quiet, median", "ms", At(ours, 0.5), At(theirs, 0.5), Goal: "theirs x 0.1", IsMet: At(ours, 0.5) <= At(theirs, 0.5) / 10);
        yield return new(7, "lag after quiet, p99", "ms", At(ours, 0.99), At(theirs, 0.99), Goal: "theirs x 0.1", IsMet: At(ours, 0.99) <= At(theirs, 0.99) / 10);
    }

    private static double At(List<double> sorted, double part) => sorted[(int)(part * (sorted.Count - 1))];

    private static async Task<List<double>> RunAsync(Workshop workshop, ISystem system, string original)
    {
        var (database, replica, random) = (workshop.Copy(original), workshop.NewPath("replica"), new Random(5));
        await using var replicator = MeasuredProcess.Start(system.Replicate(database, replica));
        await ReplicaFolder.WaitForSnapshotAsync(replica);
        await Task.Delay(3000);
        using var connection = Databases.Open(database);
        var times = new List<double>();
        for (var commit = 0; commit < Commits; commit++)
        {
            await Task.Delay(random.Next(1200, 2200));
            var segments = ReplicaFolder.Segments(replica);
            Databases.Commit(connection);
            var watch = Stopwatch.StartNew();
            while (ReplicaFolder.Segments(replica) == segments && watch.Elapsed < s_longest) await Task.Delay(1);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return times;
    }
}
