using Litestream.Bench.Machine;
using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;

namespace Litestream.Bench.Compare;

/// <summary>Makes a replica that has been written to for some time.</summary>
internal static class ReplicaWithHistory
{
    /// <summary>About what 0.3.13 makes of a busy minute.</summary>
    private const int SegmentsAnIndex = 3;

    /// <summary>Replicates a database while it is changed: a snapshot, and segments in about a third as many indexes.</summary>
    /// <param name="database">The database; ends with all of it in its file.</param>
    /// <param name="replica">An empty folder.</param>
    /// <param name="segments">How many segments.</param>
    /// <param name="part">Each segment changes every so-manieth row.</param>
    public static async Task MakeAsync(string database, string replica, int segments, int part)
    {
        using var stop = new CancellationTokenSource();
        await using var replicator = new DatabaseReplicator(
            new() { DatabasePath = database, MaxSegmentsPerIndex = SegmentsAnIndex }, [ReplicaClients.Open(replica, "/", new(), new())], new EngineEnvironment());
        var running = Task.Run(() => replicator.RunAsync(stop.Token));
        await replicator.SyncAsync(default);
        using (var connection = Databases.Open(database))
        {
            var random = new Random(3);
            for (var segment = 0; segment < segments; segment++)
            {
                Databases.Execute(connection, $"UPDATE item SET data = printf('%08x', abs(random() % 4294967296)) || substr(data, 9) WHERE id % {part} = {random.Next(part)}");
                await replicator.SyncAsync(default);
            }

            Databases.Execute(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        }

        await stop.CancelAsync();
        await running;
    }
}
