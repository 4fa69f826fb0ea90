using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>What an application notices: its commits a second, their times, and how long somebody else has the write lock.</summary>
internal sealed class WriterRow : IRow
{
    private const int Seconds = 8;

    public IReadOnlyList<int> Numbers => [3, 4, 5];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var database = workshop.CreateDatabase(Math.Min(workshop.SizeMb, 64));
        foreach (var (load, rate) in new[] { ("without pause", 0), ("1000 a second", 1000) })
        {
            var turns = await workshop.InTurnAsync(
                () => RunAsync(workshop, null, database, rate), () => RunAsync(workshop, workshop.Ours, database, rate), () => RunAsync(workshop, workshop.Theirs, database, rate));
            var (alone, ours, theirs) = (turns[0], turns[1], turns[2]);
            double commits = Ratio(ours, alone, r => r.Commits), tail = Ratio(ours, alone, r => r.Tail), longest = Ratio(ours, alone, r => r.Longest);
            yield return new(3, $"commits, {load}, of those alone", "x", commits, Ratio(theirs, alone, r => r.Commits), 1, "0.97", commits >= 0.97);
            yield return new(4, $"p99.9 of a commit, {load}, of that alone", "x", tail, Ratio(theirs, alone, r => r.Tail), 1, "1.0", tail <= 1);
            yield return new(4, $"longest commit, {load}, of that alone", "x", longest, Ratio(theirs, alone, r => r.Longest), 1, "1.2", longest <= 1.2);
            yield return new(5, $"longest wait for the write lock, {load}", "ms", Median.Of(ours, r => r.LongestWait), Median.Of(theirs, r => r.LongestWait), Goal: "5, without fsync");
            yield return new(5, $"errors, {load}", "", ours.Sum(r => r.Errors), theirs.Sum(r => r.Errors), alone.Sum(r => r.Errors), "as alone", ours.Sum(r => r.Errors) <= alone.Sum(r => r.Errors));
        }
    }

    private static double Ratio(IEnumerable<WriterReport> with, IEnumerable<WriterReport> alone, Func<WriterReport, double> figure) => Median.Of(with, figure) / Median.Of(alone, figure);

    private static async Task<WriterReport> RunAsync(Workshop workshop, ISystem? system, string original, int rate)
    {
        var (database, replica) = (workshop.Copy(original), workshop.NewPath("replica"));
        await using var replicator = system is null ? null : MeasuredProcess.Start(system.Replicate(database, replica));
        if (replicator is not null) await ReplicaFolder.WaitForSnapshotAsync(replica);
        return await new WriteLoad(Seconds, rate, Rows: 3).RunAsync(database);
    }
}
