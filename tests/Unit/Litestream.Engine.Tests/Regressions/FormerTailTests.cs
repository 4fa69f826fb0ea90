using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A generation that began because the former one had to end, as after a device that had hung, was given up at once: what still waited of the former one counted with it.</summary>
public sealed class FormerTailTests
{
    [Theory]
    [InlineData(600, false)]
    [InlineData(1100, true)]
    public async Task What_waits_of_a_former_generation_goes_before_the_replica_is_given_up(int size, bool isGivenUp)
    {
        using var database = new TestDatabase();
        using var folder = MetadataFolder.Open(database["meta"], database.Path, new());
        var replica = new ReplicaBuilder().Snapshot(0);
        var queue = new SpoolQueue(1);
        var events = new EventLog("app.db", TimeProvider.System);
        using var shipper = new Shipper(0, replica.Client, queue, new(folder, queue, LocalFileSystem.Instance), new(), events,
            () => new(replica.Generation, ExpectsSnapshot: false), (_, _) => { });
        await shipper.ShipAllAsync(default);

        var former = GenerationId.Create(new Random(1));
        queue.Add(new(former, IsSnapshot: false, new(0, 0), new(0, 4152), Size: 600, ReplicaBuilder.Start));
        queue.Add(new(replica.Generation, IsSnapshot: false, new(0, 0), new(0, 4152), size, ReplicaBuilder.Start));
        shipper.EnforceBound(limit: 1000);

        Assert.Equal(isGivenUp, shipper.IsGivenUp);
        Assert.Equal(isGivenUp ? 0 : size, queue.PendingSizeFor(0).Wal);
        Assert.True(events.Reader.TryRead(out var told));
        Assert.Equal(ReplicationEventKind.TailAbandoned, told.Kind);
    }
}
