using System.Diagnostics;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Stress.Clients;
using Litestream.Stress.Replicators;
using Litestream.Stress.Restores;

namespace Litestream.Stress.Cases;

/// <summary>How long a restore takes beside Litestream 0.3.13's on the same replica, in turn. Ours checks the result with
/// quick_check as it does by default, and once more without, which is what 0.3.13 does.</summary>
internal static class RestoreTimingCase
{
    private const int RowSize = 3900;
    private const int Turns = 3;

    public static async Task<int> RunAsync(int megabytes)
    {
        var oracle = Oracle.Find() ?? throw new RunFailedException("Litestream 0.3.13 can't run here.");
        var folder = RunFolder.Create("restore-timing");
        await ChildProcess.RunAsync("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Workload.dll"), "create", folder.Database,
            "--rows", $"{megabytes * 250}", "--row-size", $"{RowSize}",
        ]);
        await using (var replicator = new EngineReplicator(new ReplicationOptions { DatabasePath = folder.Database }, folder.Replica))
        {
            await replicator.StartAsync();
            await replicator.SyncAsync();
            var changes = new ClientSpec("writer", "--writer 1 --mode immediate,spill --rate 50 --seconds 20");
            using var writer = new ClientProcess(folder.Database, changes, 1, new());
            await writer.StopAsync();
            await replicator.SyncAsync();
            await replicator.StopAsync();
        }

        var scratch = folder.Scratch("end");
        var image = SourceImage.Take(folder.Database, scratch);
        Console.WriteLine($"database {new FileInfo(image).Length >> 20} MiB; {ReplicaCensus.Take(folder.Replica)}");
        TimeSpan checkedOurs = default, ours = default, theirs = default;
        for (var turn = 1; turn <= Turns; turn++)
        {
            theirs += await TimeAsync("0.3.13", target => oracle.RestoreAsync(folder.Replica, target));
            checkedOurs += await TimeAsync("ours", target => EngineRestore.RunAsync(folder.Replica, target));
            ours += await TimeAsync(
                "ours unchecked", target => EngineRestore.RunAsync(folder.Replica, target, check: IntegrityCheckMode.None));
        }

        Console.WriteLine($"ours takes {checkedOurs / theirs:f2} of Litestream 0.3.13's time with quick_check, {ours / theirs:f2} without");
        folder.Delete();
        return 0;

        async Task<TimeSpan> TimeAsync(string name, Func<string, Task> restore)
        {
            var target = Path.Combine(scratch, "restored.db");
            var started = Stopwatch.GetTimestamp();
            await restore(target);
            var duration = Stopwatch.GetElapsedTime(started);
            Console.WriteLine($"  {name,-15}{duration.TotalSeconds:f2} s");
            PageComparison.Expect(image, target, name);
            File.Delete(target);
            return duration;
        }
    }
}
