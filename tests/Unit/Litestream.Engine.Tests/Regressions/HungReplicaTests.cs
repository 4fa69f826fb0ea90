using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A folder that does not answer (a dead NFS or SMB mount blocks in the system call, and no token helps).</summary>
public sealed class HungReplicaTests
{
    [Fact]
    public async Task A_replica_that_hangs_at_the_start_does_not_keep_the_database_from_being_captured()
    {
        using var database = new TestDatabase();
        using var answers = new ManualResetEventSlim();
        var hung = new FailingReplicaClient(RunningReplication.Folder(database["hung"])) { Fails = (_, _) => { answers.Wait(); return false; } };
        await using var replication = RunningReplication.Start(database.Path, [hung, RunningReplication.Folder(database["replica"])]);
        try
        {
            for (var wait = 0; wait < 500 && !Directory.Exists(database["replica"]); wait++) await Task.Delay(10);
            Assert.True(Directory.Exists(database["replica"]), "the replica that answers got nothing in 5 s: " + replication.Told());
        }
        finally
        {
            answers.Set();
        }
    }

    [Fact]
    public async Task A_stop_ends_in_its_time_although_a_replica_hangs()
    {
        using var database = new TestDatabase();
        using var answers = new ManualResetEventSlim(true);
        var hung = new FailingReplicaClient(RunningReplication.Folder(database["replica"]));
        hung.Fails = (_, _) => { answers.Wait(); return false; };
        await using var replication = RunningReplication.Start(database.Path, [hung], o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(500) });
        await replication.SyncAsync();
        answers.Reset();
        try
        {
            database.App.Insert();
            await replication.UntilAsync(() => replication.Status.SpoolBytes > 0, "something waits for the replica");
            var stop = replication.StopAsync();
            Assert.True(await Task.WhenAny(stop, Task.Delay(TimeSpan.FromSeconds(8))) == stop, "a stop of at most 0.5 s has not ended after 8 s");
        }
        finally
        {
            answers.Set();
            await Task.WhenAny(replication.Running, Task.Delay(TimeSpan.FromSeconds(5)));
        }
    }
}
