using Litestream.Bench.Compare;
using Litestream.Bench.Machine;

namespace Litestream.Bench.Profiles;

/// <summary>Where our engine's time goes while it captures, makes a first snapshot, and restores: a flame graph and a table of each.</summary>
internal static class ProfileRun
{
    private static readonly Dictionary<string, Func<Workshop, Recording, Task>> s_works = new()
    {
        ["capture"] = CaptureAsync,
        ["snapshot"] = SnapshotAsync,
        ["restore"] = RestoreAsync,
    };

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (wanted, target) = (arguments.Set("--works"), arguments.Text("--out") ?? ".");
        var folder = Directory.CreateTempSubdirectory("litestream-bench-").FullName;
        try
        {
            var workshop = new Workshop(folder, arguments.Number("--size-mb", 512), 1);
            foreach (var (name, work) in s_works.Where(w => wanted?.Contains(w.Key) != false))
            {
                var recording = new Recording(workshop.NewPath("perf"));
                await work(workshop, recording);
                var stacks = await recording.ReadAsync();
                await File.WriteAllTextAsync(Path.Combine(target, $"flame-{name}.svg"), FlameGraph.Draw(name, stacks));
                Console.WriteLine($"## {name}: {stacks.Samples} samples\n");
                foreach (var line in HotFunctions.Table(stacks)) Console.WriteLine(line);
                Console.WriteLine();
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CaptureAsync(Workshop workshop, Recording recording)
    {
        var (database, replica) = (workshop.CreateDatabase(16), workshop.NewPath("replica"));
        await using var process = MeasuredProcess.Start(recording.Watch(workshop.Ours.Replicate(database, replica)));
        await ReplicaFolder.WaitForSnapshotAsync(replica);
        await new WriteLoad(Seconds: 15, Rate: 200, Rows: 20).RunAsync(database);
    }

    private static async Task SnapshotAsync(Workshop workshop, Recording recording)
    {
        var (database, replica) = (workshop.CreateDatabase(), workshop.NewPath("replica"));
        await using var process = MeasuredProcess.Start(recording.Watch(workshop.Ours.Replicate(database, replica)));
        await ReplicaFolder.WaitForSnapshotAsync(replica);
    }

    private static async Task RestoreAsync(Workshop workshop, Recording recording)
    {
        var (database, replica) = (workshop.CreateDatabase(), workshop.NewPath("replica"));
        await ReplicaWithHistory.MakeAsync(database, replica, segments: 228, part: 228);
        await MeasuredProcess.RunAsync(recording.Watch(workshop.Ours.Restore(replica, workshop.NewPath("restored"))));
    }
}
