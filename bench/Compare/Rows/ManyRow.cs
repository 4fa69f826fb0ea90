using System.Diagnostics;
using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>Many databases in one process that nobody writes to, and then somebody does to a few.</summary>
/// <param name="count">How many.</param>
internal sealed class ManyRow(int count) : IRow
{
    private const int Written = 20;
    private const double Part = 1 / 3d;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    public IReadOnlyList<int> Numbers => [9];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var ours = await RunAsync(workshop, workshop.Ours);
        var theirs = await RunAsync(workshop, workshop.Theirs);
        if (ours is null) throw new InvalidOperationException($"{count} databases did not get their snapshots");
        yield return new(9, $"start of {count}, all with a snapshot", "s", ours.Start.TotalSeconds, theirs?.Start.TotalSeconds);
        yield return new(9, $"memory of {count} idle", "MiB", ours.Idle.Memory, theirs?.Idle.Memory, Goal: "theirs / 3", IsMet: theirs is null || ours.Idle.Memory <= theirs.Idle.Memory * Part);
        yield return new(9, $"CPU of {count} idle", "ms/s", ours.Idle.Cpu, theirs?.Idle.Cpu, Goal: "theirs / 3", IsMet: theirs is null || ours.Idle.Cpu <= theirs.Idle.Cpu * Part);
        yield return new(9, $"handles of {count} idle", "", ours.Idle.Handles, theirs?.Idle.Handles);
        yield return new(9, $"threads of {count} idle", "", ours.Idle.Threads, theirs?.Idle.Threads);
        yield return new(9, $"lag of {Written} commits to {count} idle", "s", ours.Lag.TotalSeconds, theirs?.Lag.TotalSeconds);
    }

    /// <summary>Null where the system does not come so far.</summary>
    private async Task<Many?> RunAsync(Workshop workshop, ISystem system)
    {
        var (folder, replicas) = (Directory.CreateDirectory(workshop.NewPath("data")).FullName, workshop.NewPath("replicas"));
        var databases = CreateDatabases(folder);
        await using var process = MeasuredProcess.Start(system.ReplicateAll(databases, replicas));
        if (!await HasAsync(process, () => ReplicaFolder.Snapshots(replicas) >= count)) return null;
        var start = process.Elapsed;
        var idle = await IdleUse.WatchAsync(process, replicas);

        var segments = ReplicaFolder.Segments(replicas);
        var watch = Stopwatch.StartNew();
        foreach (var number in Enumerable.Range(0, Written))
        {
            using var connection = Databases.Open(databases[number * (count / Written)]);
            Databases.Commit(connection);
        }

        if (!await HasAsync(process, () => ReplicaFolder.Segments(replicas) >= segments + Written)) return null;
        return new(start, idle, watch.Elapsed);
    }

    private List<string> CreateDatabases(string folder)
    {
        var databases = Enumerable.Range(0, count).Select(n => Path.Combine(folder, $"{n:00000}.db")).ToList();
        Databases.Create(databases[0], 0);
        foreach (var database in databases.Skip(1)) File.Copy(databases[0], database);
        return databases;
    }

    private static async Task<bool> HasAsync(MeasuredProcess process, Func<bool> reached)
    {
        for (var watch = Stopwatch.StartNew(); !reached(); await Task.Delay(100))
            if (process.HasEnded || watch.Elapsed > s_patience) return false;
        return true;
    }

    private sealed record Many(TimeSpan Start, IdleUse Idle, TimeSpan Lag);
}
