using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A sync waited until nothing waited for the replica at all. One that takes data no faster than it comes, as a store does that is far away or
/// gets a large snapshot, was never found so, and no sync was confirmed while the application wrote.</summary>
public sealed class StarvedSyncTests
{
    [Fact]
    public async Task A_sync_is_confirmed_though_more_always_waits_for_the_replica()
    {
        using var database = new TestDatabase();
        var client = new HookedReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(database.Path, [client], o => o with { SyncInterval = TimeSpan.FromMilliseconds(1) });
        await replication.SyncAsync();

        // before a segment is stored, the next one waits
        client.Puts = async (key, cancellationToken) =>
        {
            if (!key.Contains("/wal/", StringComparison.Ordinal)) return;
            var before = replication.Status.SpoolBytes;
            lock (database) database.App.Insert();
            while (replication.Status.SpoolBytes <= before) await Task.Delay(1, cancellationToken);
        };
        lock (database) database.App.Insert();
        await replication.SyncAsync();

        Assert.NotEqual(0, replication.Status.SpoolBytes);
        client.Puts = (_, _) => Task.CompletedTask;
    }
}
