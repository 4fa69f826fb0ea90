using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A replica that was deleted, or whose volume was taken away, took new segments and no snapshot: syncs succeeded for
/// seconds and nothing could be restored.</summary>
public sealed class DeletedReplicaTests
{
    [Theory]
    [InlineData("")]
    [InlineData("generations")]
    public async Task A_sync_after_the_replica_was_deleted_returns_only_when_it_is_restorable(string deleted)
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert();
        await replication.SyncAsync();
        Directory.Delete(Path.Combine(database["replica"], deleted), recursive: true);
        database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_sync_with_nothing_to_ship_sees_that_the_replica_was_deleted()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert();
        await replication.SyncAsync();
        Directory.Delete(database["replica"], recursive: true);
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }
}
