using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>With a clock that was set back while nothing ran, a new generation looked older than the former one, and the latest
/// restore gave the former one's state.</summary>
public sealed class GenerationClockTests
{
    [Fact]
    public async Task A_generation_is_later_than_the_one_before_whatever_the_clock_does()
    {
        using var database = new TestDatabase();
        for (var run = 0; run < 3; run++)
        {
            var time = new ShiftedTime { Shift = -run * TimeSpan.FromMinutes(10) };
            await using var replication = RunningReplication.Start(database, o => o with { NewGeneration = true }, new() { Time = time });
            await replication.SyncAsync();
            database.App.Insert();
            await replication.StopAsync();
            Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
            Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Truncate).Code);
        }

        Assert.Equal(3, (await RunningReplication.GenerationsAsync(database)).Count);
    }

    [Fact]
    public async Task A_generation_is_the_newest_on_its_replica_though_the_metadata_folder_was_lost_and_the_clock_set_back()
    {
        using var database = new TestDatabase();
        for (var run = 0; run < 3; run++)
        {
            var time = new ShiftedTime { Shift = -run * TimeSpan.FromMinutes(10) };
            await using var replication = RunningReplication.Start(
                database, o => o with { MetadataPath = database[$"metadata-{run}"] }, new() { Time = time });
            await replication.SyncAsync();
            database.App.Insert();
            await replication.SyncAsync();
            Assert.Equal(run == 0 ? 0 : 1, replication.Count(ReplicationEventKind.ClockBehind));
            database.App.Insert();
            await replication.StopAsync();
            Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        }

        Assert.Equal(3, (await RunningReplication.GenerationsAsync(database)).Count);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_is_told_once()
    {
        using var database = new TestDatabase();
        var time = new ShiftedTime { Shift = TimeSpan.FromMinutes(10) };
        await using var replication = RunningReplication.Start(database, environment: new() { Time = time });
        database.App.Insert();
        await replication.SyncAsync();
        time.Shift = TimeSpan.Zero;
        for (var i = 0; i < 3; i++)
        {
            database.App.Insert();
            await replication.SyncAsync();
        }

        await replication.StopAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.ClockBehind));
    }
}
