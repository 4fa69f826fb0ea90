using Litestream.Engine.Capture;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: what was captured beside a look got the time of the look before, so that a restore to a time held what was committed later.</summary>
public sealed class BackdatedCommitTests
{
    [Fact]
    public async Task What_is_captured_last_is_not_older_than_it_is()
    {
        using var database = new TestDatabase();
        var time = new ShiftedTime();
        await using var replication = RunningReplication.Start(database, o => o with
        {
            PollInterval = TimeSpan.FromHours(1),
            CheckpointQuietInterval = TimeSpan.FromMilliseconds(50),
        }, new() { Time = time, Files = new HookedFileSystem { IsDeaf = true } });
        database.App.Insert(10);
        await replication.SyncAsync();
        database.App.Insert(10);
        await replication.SyncAsync();
        var former = replication.Generation;
        var before = database.App.Image();
        await Task.Delay(1500); // it rests by now, and looks no more
        var inBetween = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(30);
        time.Shift = TimeSpan.FromHours(1);
        database.App.Insert(10); // at one o'clock
        File.WriteAllBytes(database["other.db"], before);
        File.Move(database["other.db"], database.Path, overwrite: true);
        File.Delete(database.WalPath);
        File.Delete(database.WalIndexPath);
        await replication.SyncAsync();
        await replication.StopAsync();
        // at half past twelve the commit had not been made
        var restored = await RunningReplication.RestoreAsync(database, request: new() { Generation = former, Timestamp = inBetween });
        Assert.Equal(before, restored);
    }

    [Fact]
    public async Task What_is_captured_when_slot_0_is_left_is_not_older_than_it_is()
    {
        using var database = new TestDatabase();
        database.App.Insert(100);
        var time = new ShiftedTime();
        var files = new HookedFileSystem();
        var environment = new EngineEnvironment { Time = time, Files = files };
        var options = new ReplicationOptions { DatabasePath = database.Path };
        using var folder = MetadataFolder.Open(database["metadata"], database.Path, environment);
        var spool = new SpoolFolder(folder, new(1), environment.Files);
        spool.Load();
        using var recorder = new DatabaseRecorder(options, environment, spool, new(database.Path, environment.Time));
        Assert.True(recorder.TryOpen(DatabaseInspector.Inspect(database.Path, environment), null, null, default));
        await recorder.Snapshot.FinishFirstAsync(default);
        database.App.Insert();
        recorder.TryCapture(default);
        recorder.Segments.Cut();
        Assert.Equal(CheckpointOutcome.Rests, recorder.TryRest(CheckpointEffort.Yielding));
        database.App.Insert();
        var isDone = false;
        files.Before = (operation, path) =>
        {
            if (operation != "flush" || isDone) return;
            isDone = true;
            time.Shift += TimeSpan.FromHours(1); // the disk takes its time, and meanwhile
            database.App.Insert();
        };
        Assert.NotNull(recorder.TryTakeSnapshot());
        Assert.True(isDone);
        recorder.TryCapture(default);
        Assert.True(recorder.Segments.Cut());
        Assert.True(recorder.Segments.SnapshotTime > DateTimeOffset.UtcNow + TimeSpan.FromMinutes(30), $"{recorder.Segments.SnapshotTime:u}");
        recorder.CloseSession();
    }
}
