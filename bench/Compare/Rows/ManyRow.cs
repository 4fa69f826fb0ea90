using System.Diagnostics;
using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare.Rows;

/// <summary>Many databases in one process that nobody writes to, and then somebody does to a few.</summary>
/// <param name="count">How many.</param>
internal sealed class ManyRow(int count) : IRow
{
    private const int Written = 20;
    private const double Part = 1 / 3d;

    /// <summary>Longer than ours keeps a database open in which nothing happens.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(6);

    /// <summary>How long nothing new may come to the replicas before it is over.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>How long it may take in all.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    /// <summary>Between two looks at the replicas, which take their time themselves.</summary>
    private readonly TimeSpan _look = TimeSpan.FromMilliseconds(count / 10);

    public IReadOnlyList<int> Numbers => [9];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var ours = await RunAsync(workshop, workshop.Ours);
        var theirs = await RunAsync(workshop, workshop.Theirs);
        yield return new(9, $"databases of {count} with a snapshot", "", ours.Begun, theirs.Begun, Goal: $"{count}", IsMet: ours.Begun == count);
        if (ours.Start is not { } start) yield break;
        yield return new(9, $"start of {count}, all with a snapshot", "s", start.TotalSeconds, theirs.Start?.TotalSeconds);
        if (ours.Idle is not { } idle) yield break;
        yield return new(9, $"memory of {count} idle", "MiB", idle.Memory, theirs.Idle?.Memory, Goal: "theirs / 3", IsMet: theirs.Idle is null || idle.Memory <= theirs.Idle.Memory * Part);
        yield return new(9, $"CPU of {count} idle", "ms/s", idle.Cpu, theirs.Idle?.Cpu, Goal: "theirs / 3", IsMet: theirs.Idle is null || idle.Cpu <= theirs.Idle.Cpu * Part);
        yield return new(9, $"handles of {count} idle", "", idle.Handles, theirs.Idle?.Handles);
        yield return new(9, $"threads of {count} idle", "", idle.Threads, theirs.Idle?.Threads);
        yield return new(9, $"commits to {Written} of {count} idle that are replicated", "", ours.Replicated, theirs.Replicated, Goal: $"{Written}", IsMet: ours.Replicated == Written);
        yield return new(9, $"lag of the last of them", "s", ours.Lag.TotalSeconds, theirs.Idle is null ? null : theirs.Lag.TotalSeconds);
    }

    private async Task<Many> RunAsync(Workshop workshop, ISystem system)
    {
        var (folder, replicas) = (Directory.CreateDirectory(workshop.NewPath("data")).FullName, workshop.NewPath("replicas"));
        var databases = CreateDatabases(folder);
        await using var process = MeasuredProcess.Start(system.ReplicateAll(databases, replicas));
        var begun = await CountAsync(process, () => ReplicaFolder.Snapshots(replicas), count);
        if (begun < count) return new(begun, null, null, 0, default);
        var start = process.Elapsed;
        var idle = await IdleUse.WatchAsync(process, replicas, s_idle);

        var segments = ReplicaFolder.Segments(replicas);
        foreach (var number in Enumerable.Range(0, Written))
        {
            using var connection = Databases.Open(databases[number * (count / Written)]);
            Databases.Commit(connection);
        }

        var watch = Stopwatch.StartNew();
        var replicated = await CountAsync(process, () => ReplicaFolder.Segments(replicas) - segments, Written);
        return new(begun, start, idle, replicated, watch.Elapsed);
    }

    private List<string> CreateDatabases(string folder)
    {
        var databases = Enumerable.Range(0, count).Select(n => Path.Combine(folder, $"{n:00000}.db")).ToList();
        Databases.Create(databases[0], 0);
        foreach (var database in databases.Skip(1)) File.Copy(databases[0], database);
        return databases;
    }

    /// <summary>Waits until a count has come to its end, or stands still, or the time is over.</summary>
    private async Task<int> CountAsync(MeasuredProcess process, Func<int> current, int end)
    {
        var (known, since, watch) = (0, Stopwatch.StartNew(), Stopwatch.StartNew());
        while (known < end && since.Elapsed < s_patience && watch.Elapsed < s_limit && !process.HasEnded)
        {
            await Task.Delay(_look);
            if (current() is var now && now == known) continue;
            known = now;
            since.Restart();
        }

        return known;
    }

    /// <summary>How far a system came.</summary>
    /// <param name="Begun">Databases with a snapshot.</param>
    /// <param name="Start">When all had one; null if some never had.</param>
    /// <param name="Idle">What it used then.</param>
    /// <param name="Replicated">Commits that came to the replicas.</param>
    /// <param name="Lag">When the last of them did.</param>
    private sealed record Many(int Begun, TimeSpan? Start, IdleUse? Idle, int Replicated, TimeSpan Lag);
}
