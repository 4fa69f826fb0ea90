using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A sync or a stop told of success although the replica did not hold what was committed, or never answered.</summary>
public sealed class FalseConfirmationTests
{
    [Fact]
    public async Task A_sync_whose_spool_is_dropped_is_kept_by_the_generation_that_follows()
    {
        using var database = new TestDatabase();
        var client = new FailingReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(database.Path, [client], o => o with { SpoolLimit = 100_000 });
        await replication.SyncAsync();
        client.Fails = (_, _) => true;
        database.App.Insert();
        var sync = replication.SyncAsync();
        await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        database.App.Insert(100, 3000);
        await replication.WaitForAsync(ReplicationEventKind.SpoolFull);
        var image = database.App.Image();

        // the replica answers, but takes nothing yet: with the spool empty nothing seems to be missing
        var tries = 0;
        client.Fails = (operation, _) => operation == "put" && Interlocked.Increment(ref tries) <= 3;
        await replication.UntilAsync(() => Volatile.Read(ref tries) > 0, "the new snapshot is tried");
        Assert.False(sync.IsCompleted);
        await sync;
        Assert.Equal(image, await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_stop_while_the_spool_is_given_up_is_no_success()
    {
        using var database = new TestDatabase();
        var client = new FailingReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(database.Path, [client], o => o with { SpoolLimit = 100_000 });
        await replication.SyncAsync();
        client.Fails = (_, _) => true;
        database.App.Insert(100, 3000);
        await replication.WaitForAsync(ReplicationEventKind.SpoolFull);
        var error = await Assert.ThrowsAsync<LitestreamException>(replication.StopAsync);
        Assert.Equal(ErrorCode.ReplicationStalled, error.Code);
        Assert.Equal(ReplicationState.Failed, replication.Status.State);
    }

    [Fact]
    public async Task A_sync_that_waits_when_the_replication_ends_fails()
    {
        using var database = new TestDatabase();
        var client = new FailingReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(database.Path, [client], o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(300) });
        await replication.SyncAsync();
        client.Fails = (_, _) => true;
        database.App.Insert();
        var sync = replication.SyncAsync();
        await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(ErrorCode.Timeout, (await Assert.ThrowsAsync<LitestreamException>(replication.StopAsync)).Code);
        await Assert.ThrowsAsync<LitestreamException>(() => sync.WaitAsync(TimeSpan.FromSeconds(10)));
        await Assert.ThrowsAsync<LitestreamException>(() => replication.SyncAsync().WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
