using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>A restore from a folder: a snapshot, and 228 segments in about as many indexes as there are thirds of them.</summary>
internal sealed class RestoreRow : IRow
{
    private const int Segments = 228;

    public IReadOnlyList<int> Numbers => [1];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var (database, replica) = (workshop.CreateDatabase(), workshop.NewPath("replica"));
        // all segments together hold about as much as the database
        await ReplicaWithHistory.MakeAsync(database, replica, Segments, part: Segments);
        var copy = workshop.NewPath("copy");
        File.Copy(database, copy);
        var turns = await workshop.InTurnAsync(
            () => RunAsync(workshop, workshop.Ours.Restore, replica),
            () => RunAsync(workshop, workshop.Theirs.Restore, replica),
            () => RunAsync(workshop, Ours.RestoreChecked, replica),
            () => RunAsync(workshop, (from, to) => new("cp", from, to), copy));
        double ours = Wall(turns[0]), theirs = Wall(turns[1]), verified = Wall(turns[2]), limit = Wall(turns[3]);
        yield return new(1, "restore without check", "s", ours, theirs, limit, "theirs / 3; 2 x cp", ours <= theirs / 3 && ours <= limit * 2);
        yield return new(1, "restore with quick_check", "s", verified, theirs, limit, "3 x cp", verified <= limit * 3);
        yield return new(1, "CPU of a restore without check", "s", Cpu(turns[0]), Cpu(turns[1]), Cpu(turns[3]));
        yield return new(1, "peak memory of a restore", "MiB", Memory(turns[0]), Memory(turns[1]));
    }

    private static async Task<Usage> RunAsync(Workshop workshop, Func<string, string, Command> command, string from)
    {
        var target = workshop.NewPath("restored");
        var usage = await MeasuredProcess.RunAsync(command(from, target));
        Workshop.Remove(target);
        return usage;
    }

    private static double Wall(IEnumerable<Usage> turns) => Median.Of(turns, u => u.Wall.TotalSeconds);

    private static double Cpu(IEnumerable<Usage> turns) => Median.Of(turns, u => u.Cpu.TotalSeconds);

    private static double Memory(IEnumerable<Usage> turns) => Median.Of(turns, u => u.PeakMemory / 1048576.0);
}
