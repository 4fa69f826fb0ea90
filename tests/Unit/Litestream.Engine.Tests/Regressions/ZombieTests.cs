using System.Collections.Concurrent;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>After a shipper had failed for good, the recording loop went on writing to a folder and reading a database that were
/// no longer its own.</summary>
public sealed class ZombieTests
{
    [Fact]
    public async Task Nothing_is_written_after_a_replication_has_failed()
    {
        using var database = new TestDatabase();
        var files = new HookedFileSystem();
        var client = new FailingReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(database.Path, [client], environment: new() { Files = files });
        await replication.SyncAsync();
        client.Fails = (operation, _) => operation == "put" ? throw new NotSupportedException("nothing that anybody expects") : false;
        database.App.Insert();
        await Assert.ThrowsAsync<NotSupportedException>(() => replication.Running.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(ReplicationState.Failed, replication.Status.State);

        var done = new ConcurrentQueue<string>();
        files.Before = (operation, path) => done.Enqueue($"{operation} {path}");
        for (var commit = 0; commit < 5; commit++)
        {
            database.App.Insert();
            await Task.Delay(50);
        }

        Assert.Empty(done);
        await using var next = RunningReplication.Start(database);
        await next.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_step_that_is_under_way_ends_before_the_folder_is_let_go()
    {
        using var database = new TestDatabase();
        var files = new HookedFileSystem();
        using var goOn = new ManualResetEventSlim();
        var client = new FailingReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(database.Path, [client], environment: new() { Files = files });
        await replication.SyncAsync();
        var isUnderWay = new TaskCompletionSource();
        var hasFailed = new TaskCompletionSource();
        client.Fails = (operation, _) =>
        {
            if (operation != "put") return false;
            isUnderWay.Task.Wait();
            hasFailed.SetResult();
            throw new NotSupportedException("nothing that anybody expects");
        };
        database.App.Insert();
        await replication.UntilAsync(() => replication.Status.Replicas[0].LagBytes > 0, "a segment waits");
        files.Before = (operation, path) =>
        {
            if (operation != "flush" || Path.GetFileName(path) != "state") return;
            isUnderWay.TrySetResult();
            goOn.Wait();
        };
        database.App.Insert();
        await hasFailed.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await using (var other = RunningReplication.Start(database))
            Assert.Equal(ErrorCode.ReplicationAlreadyRunning, (await other.FailureAsync()).Code);
        Assert.False(replication.Running.IsCompleted);
        goOn.Set();
        await Assert.ThrowsAsync<NotSupportedException>(() => replication.Running.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_spooled_file_that_cannot_be_deleted_for_now_is_tried_again()
    {
        using var database = new TestDatabase();
        var files = new HookedFileSystem();
        await using var replication = RunningReplication.Start(database, environment: new() { Files = files });
        database.App.Insert();
        await replication.SyncAsync();
        var failures = 1;
        files.Before = (operation, path) =>
        {
            if (operation == "delete" && path.EndsWith(".wal.lz4", StringComparison.Ordinal) && Interlocked.Decrement(ref failures) >= 0)
                throw new UnauthorizedAccessException("somebody scans it");
        };
        database.App.Insert();
        await replication.SyncAsync();
        database.App.Insert();
        await replication.SyncAsync();
        Assert.True(failures < 1, "a file was to be deleted");
        Assert.False(replication.Running.IsCompleted);
        await DatabaseReplicatorTests.AssertIsContiguousAsync(database);
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_replica_in_the_metadata_folder_is_refused()
    {
        using var database = new TestDatabase();
        foreach (var replica in new[] { ".app.db-litestream-ps", ".app.db-litestream-ps/replica", "." })
        {
            await using var replication = RunningReplication.Start(database.Path, [ReplicaClients.Open(database[replica], "/", new())]);
            Assert.Equal(ErrorCode.InvalidArgument, (await replication.FailureAsync()).Code);
        }
    }
}
