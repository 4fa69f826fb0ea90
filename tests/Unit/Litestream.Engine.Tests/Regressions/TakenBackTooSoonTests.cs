using Litestream.Engine.Files;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Simulation, seed 70798: a replica that was given up while it was idle is offered everything again right before the generation
/// begins with which it returns. In that moment it seemed to lack nothing, and a sync that waited for it was confirmed.</summary>
public sealed class TakenBackTooSoonTests
{
    [Fact]
    public async Task A_replica_that_is_taken_back_is_not_taken_for_one_that_lacks_nothing()
    {
        using var database = new TestDatabase();
        using var folder = MetadataFolder.Open(database["meta"], database.Path, new());
        var replica = new ReplicaBuilder().Snapshot(0);
        var queue = new SpoolQueue(1);
        var wanted = false;
        using var shipper = new Shipper(0, replica.Client, queue, new(folder, queue, LocalFileSystem.Instance), new(), new("app.db", TimeProvider.System),
            () => new(replica.Generation, ExpectsSnapshot: false), (_, _) => wanted = true);
        await shipper.ShipAllAsync(default);
        Assert.True(shipper.IsReachable);

        queue.Add(new(replica.Generation, IsSnapshot: false, new(0, 0), new(0, 4152), Size: 1000, ReplicaBuilder.Start));
        shipper.EnforceBound(limit: 999);
        Assert.True(shipper.IsGivenUp);
        await shipper.ShipAllAsync(default);
        Assert.True(wanted);

        shipper.Rejoin();
        Assert.False(shipper.IsGivenUp);
        Assert.False(shipper.IsReachable && !shipper.HasPending);
    }
}
