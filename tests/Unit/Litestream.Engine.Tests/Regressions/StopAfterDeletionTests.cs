using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A sync looks whether the replica is still there, a stop does so only when something waits. Within the ten
/// seconds of trust a segment goes to a replica that was deleted, nothing waits, and the stop is a success.</summary>
public sealed class StopAfterDeletionTests
{
    [Fact]
    public async Task A_stop_that_succeeds_leaves_a_replica_that_can_be_restored()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { ShutdownTimeout = TimeSpan.FromSeconds(5) });
        await replication.SyncAsync();
        Directory.Delete(database["replica"], recursive: true);
        database.App.Insert();
        await replication.UntilAsync(() => Directory.Exists(database["replica"]), "the replica gets the segment");
        await Task.Delay(500);
        if (await Record.ExceptionAsync(replication.StopAsync) is not null) return; // said so: fine
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }
}
