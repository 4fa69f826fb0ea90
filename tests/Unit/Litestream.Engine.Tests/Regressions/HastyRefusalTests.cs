using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A replica was taken for one that had lost something, and a new generation began, where it only did not show yet what was on
/// its way to it.</summary>
public sealed class HastyRefusalTests
{
    [Fact]
    public async Task A_first_snapshot_that_takes_long_is_waited_for()
    {
        using var database = new TestDatabase();
        database.App.Insert(100);
        var (time, background) = (new ShiftedTime(), new GatedScheduler());
        await using var replication = RunningReplication.Start(database, environment: new() { Time = time, Background = background });
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted);
        await Task.Delay(300); // the replica is asked what it holds of it
        await replication.UntilAsync(() => replication.Status.Replicas is [{ State: ReplicaState.Running }], "the replica answers");
        time.Skip(TimeSpan.FromMinutes(2));
        background.Open();
        await replication.SyncAsync();
        Assert.True(replication.Count(ReplicationEventKind.GenerationStarted) == 1, replication.Told());
    }

    [Fact]
    public async Task A_listing_that_shows_a_later_object_before_an_earlier_one_is_no_gap()
    {
        using var database = new TestDatabase();
        var replica = new HookedReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(database.Path, [replica], o => o with { MaxSegmentsPerIndex = 1 });
        await replication.SyncAsync();
        database.App.Insert();
        await replication.SyncAsync();

        // The first listing of a sync's confirmation: while it runs three segments are stored, and it shows the last of them alone.
        var isFirst = 1;
        replica.Lists = async (prefix, found) =>
        {
            if (!prefix.EndsWith("/wal/", StringComparison.Ordinal) || Interlocked.Exchange(ref isFirst, 0) == 0) return found;
            for (var i = 0; i < 3; i++)
            {
                var before = replication.Status.Replicas[0].Position;
                database.App.Insert();
                await replication.UntilAsync(() => replication.Status.Replicas[0].Position > before, "it is shipped");
            }

            var now = await replica.ListObjectsAsync(prefix, default).OrderBy(o => o.Key, StringComparer.Ordinal).ToListAsync();
            return [.. found, now[^1]];
        };
        await replication.SyncAsync();
        Assert.Equal(0, isFirst);
        Assert.True(replication.Count(ReplicationEventKind.GenerationStarted) == 1, replication.Told());
    }
}
