using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Each start with a new replica warned that what waited for it is given up, though nothing had.</summary>
public sealed class NewReplicaTests
{
    [Fact]
    public async Task Nothing_is_given_up_for_a_replica_that_is_new()
    {
        using var database = new TestDatabase();
        database.App.Insert();
        await using (var first = RunningReplication.Start(database))
        {
            await first.SyncAsync();
            database.App.Insert();
            await first.SyncAsync();
            await first.StopAsync();
        }

        await using var second = RunningReplication.Start(database.Path, [RunningReplication.Folder(database["new"])]);
        await second.SyncAsync();
        Assert.Equal(0, second.Count(ReplicationEventKind.TailAbandoned));
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database, "new"));
    }
}
