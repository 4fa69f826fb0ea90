using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a run dies, or its stop times out, while the first snapshot is copied. The next one went on with that generation, of which no snapshot
/// existed anywhere, and its stop was a success.</summary>
public sealed class UnfinishedFirstSnapshotTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_is_no_success_where_the_generation_has_no_snapshot_anywhere(bool isReplicaAway)
    {
        using var database = new TestDatabase();
        database.App.Insert(100);
        var background = new GatedScheduler();
        await using (var first = RunningReplication.Start(database, o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(300) }, new() { Background = background }))
        {
            await first.WaitForAsync(ReplicationEventKind.GenerationStarted);
            var opened = Task.Delay(1000).ContinueWith(_ => background.Open(), TaskScheduler.Default);
            Assert.NotNull(await Record.ExceptionAsync(first.StopAsync));
            await opened;
        }

        // what was under way keeps the metadata folder until it has ended
        Assert.True(SpinWait.SpinUntil(() => IsFree(database.Path), TimeSpan.FromSeconds(20)));

        var client = new FailingReplicaClient(RunningReplication.Folder(database["replica"])) { Fails = (_, _) => isReplicaAway };
        await using var second = RunningReplication.Start(database.Path, [client], o => o with { ShutdownTimeout = TimeSpan.FromSeconds(2) });
        await second.UntilAsync(() => second.Status.Generation is not null, "it is open");
        var error = await Record.ExceptionAsync(second.StopAsync);
        if (error is not null) return;
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    private static bool IsFree(string path)
    {
        try
        {
            MetadataFolder.Open(MetadataFolder.DefaultPath(path), path, new()).Dispose();
            return true;
        }
        catch (LitestreamException e) when (e.Code == ErrorCode.ReplicationAlreadyRunning)
        {
            return false;
        }
    }
}
