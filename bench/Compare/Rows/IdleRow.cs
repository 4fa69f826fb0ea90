using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>What databases cost that nobody writes to: one, and many.</summary>
internal sealed class IdleRow : IRow
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(20);

    public int Number => 8;

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        foreach (var (row, count) in new[] { (8, 1), (9, 1000) })
        {
            var (ours, theirs) = (await RunAsync(workshop, workshop.Ours, count), await RunAsync(workshop, workshop.Theirs, count));
            var (part, goal) = row == 8 ? (0.1, "theirs x 0.1") : (1 / 3d, "theirs / 3");
            var name = count == 1 ? "an idle database" : $"{count} idle databases";
            yield return new(row, $"CPU of {name}", "ms/s", ours.Cpu, theirs.Cpu, Goal: goal, IsMet: ours.Cpu <= theirs.Cpu * part);
            yield return new(row, $"memory of {name}", "MiB", ours.Memory, theirs.Memory, Goal: row == 9 ? goal : "", IsMet: row == 9 ? ours.Memory <= theirs.Memory * part : null);
            yield return new(row, $"waits of {name}", "1/s", ours.Switches, theirs.Switches, Goal: row == 8 ? "5" : "", IsMet: row == 8 ? ours.Switches <= 5 : null);
            yield return new(row, $"bytes written by {name}", "1/s", ours.Written, theirs.Written, Goal: row == 8 ? "0" : "", IsMet: row == 8 ? ours.Written == 0 : null);
        }
    }

    private static async Task<(double Cpu, double Memory, double Switches, double Written)> RunAsync(Workshop workshop, ISystem system, int count)
    {
        var (folder, replicas) = (Directory.CreateDirectory(workshop.NewPath("data")).FullName, workshop.NewPath("replicas"));
        var databases = Enumerable.Range(0, count).Select(n => Path.Combine(folder, $"{n:00000}.db")).ToList();
        Databases.Create(databases[0], 0);
        foreach (var database in databases.Skip(1)) File.Copy(databases[0], database);
        await using var process = MeasuredProcess.Start(count == 1 ? system.Replicate(databases[0], replicas) : system.ReplicateAll(databases, replicas));
        await ReplicaFolder.WaitForSnapshotAsync(replicas);
        await ReplicaFolder.WaitForQuietAsync(replicas, s_settle);
        var before = process.Figures;
        await Task.Delay(s_watch);
        var after = process.Figures;
        return ((after.Cpu - before.Cpu).TotalMilliseconds / s_watch.TotalSeconds, after.Memory / 1048576.0,
            (after.Switches - before.Switches) / s_watch.TotalSeconds, (after.Written - before.Written) / s_watch.TotalSeconds);
    }
}
