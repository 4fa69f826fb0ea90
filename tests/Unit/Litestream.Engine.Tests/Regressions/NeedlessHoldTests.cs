using Litestream.Engine.Capture;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a checkpoint that had just come to its end, but had taken long, was followed by another one that kept writers out: the
/// frames of a WAL that the next commit restarts were counted.</summary>
public sealed class NeedlessHoldTests
{
    [Fact]
    public async Task Nobody_is_kept_out_where_the_reader_rests_already()
    {
        using var database = new TestDatabase();
        var environment = new EngineEnvironment();
        var options = new ReplicationOptions { DatabasePath = database.Path };
        var events = new EventLog(database.Path, environment.Time);
        using var folder = MetadataFolder.Open(database["metadata"], database.Path, environment);
        var spool = new SpoolFolder(folder, new(1), environment.Files);
        spool.Load();
        using var recorder = new DatabaseRecorder(options, environment, spool, events);
        Assert.True(recorder.TryOpen(DatabaseInspector.Inspect(database.Path, environment), null, null, default));
        await recorder.Snapshot.FinishFirstAsync(default);
        database.App.Execute("PRAGMA wal_autocheckpoint=0");
        database.App.Insert(900, 3000);
        var captured = recorder.TryCapture(default)!.Value;
        Assert.InRange(recorder.WalFrames, 800u, 999u);
        var schedule = new CaptureSchedule(options, DateTimeOffset.UnixEpoch);
        var now = DateTimeOffset.UnixEpoch.AddMilliseconds(300); // so 3 frames a ms
        schedule.Looked(now, isOpen: true, captured, recorder.WalFrames);
        var time = new SlowTime();

        new WalKeeper(options, recorder, events, time).Keep(now, schedule, now);

        Assert.True(recorder.IsResting);
        Assert.Equal(2, time.Asked); // begin and end of one checkpoint
        recorder.CloseSession();
    }

    /// <summary>Whatever is measured takes 300 ms.</summary>
    private sealed class SlowTime : TimeProvider
    {
        public int Asked { get; private set; }

        public override long TimestampFrequency => 10;

        public override long GetTimestamp() => ++Asked * 3;
    }
}
