using Litestream.Engine.Replication;
using Litestream.Stress.Clients;
using Litestream.Stress.Replicators;
using Litestream.Stress.Restores;
using Litestream.Stress.Runs;

namespace Litestream.Stress.Cases;

/// <summary>Minutes of steady writes with default settings, restored by Litestream 0.3.13, which opens all segments of an index
/// at once, with 1024 open files.</summary>
internal static class InteropLongCase
{
    private const int OpenFiles = 1024;

    public static async Task<int> RunAsync(TimeSpan duration)
    {
        var oracle = Oracle.Find() ?? throw new RunFailedException("Litestream 0.3.13 can't run here.");
        var folder = RunFolder.Create("interop-long");
        await TestDatabase.CreateAsync(folder.Database, RunPlan.Draw(1) with { PageSize = 4096, InitialRows = 1000 });
        await using (var replicator = new EngineReplicator(new ReplicationOptions { DatabasePath = folder.Database }, folder.Replica))
        {
            await replicator.StartAsync();
            ClientSpec[] clients =
            [
                new("writer", "--writer 1 --mode autocommit --rate 50"),
                new("writer", "--writer 2 --mode immediate --rate 10"),
                new("reader", "--longest 1000"),
            ];
            await using (var fleet = new ClientFleet(folder.Database, clients, 1, new()))
            {
                await fleet.WorkAsync(duration);
                var report = await fleet.StopAsync();
                Console.WriteLine($"{report.Commits} commits in {duration.TotalMinutes:f0} minutes");
            }

            await replicator.SyncAsync();
            await replicator.StopAsync();
        }

        Console.WriteLine(ReplicaCensus.Take(folder.Replica));
        var scratch = folder.Scratch("end");
        var image = SourceImage.Take(folder.Database, scratch);
        var theirs = Path.Combine(scratch, "oracle.db");
        await oracle.RestoreWithFileLimitAsync(folder.Replica, theirs, OpenFiles);
        PageComparison.Expect(image, theirs, "What Litestream 0.3.13 restored");
        var ours = Path.Combine(scratch, "ours.db");
        await EngineRestore.RunAsync(folder.Replica, ours);
        PageComparison.Expect(image, ours, "What our restore restored");
        Console.WriteLine($"Litestream 0.3.13 with {OpenFiles} open files, our restore and the source: identical");
        folder.Delete();
        return 0;
    }
}
