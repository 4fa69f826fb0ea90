using Litestream.Engine.Capture;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: between the answer of a checkpoint and the hand-over the WAL is restarted and gets as many frames as it had. The reader is above
/// slot 0 then and took itself for resting, so that whoever checkpointed waited for it in vain.</summary>
public sealed class RestingReaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reader_above_slot_0_does_not_take_itself_for_resting(bool isYield)
    {
        using var database = new TestDatabase();
        database.App.Insert(5, 10);
        var files = new HookedFileSystem();
        var environment = new EngineEnvironment { Files = files };
        using var session = CaptureSession.TryOpen(database.Info, environment)!;
        FrameImage sink;
        using (var view = session.TryOpenView()!)
        {
            session.StartAt(view.Point);
            sink = new(database.App.Image());
        }

        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(session, sink, CheckpointEffort.Yielding));
        database.App.Insert(1, 10); // one frame
        Assert.Equal(1u, database.Snapshot()!.Value.LastFrame);
        session.TryCapture(sink);
        Checkpointer.LeaveRest(session, sink);
        Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Passive).Code); // as an application with wal_autocheckpoint=1 does
        session.TryCapture(sink);
        Assert.True(session.TryHandOver()); // to slot 0
        session.TryCapture(sink);
        var looks = 0;
        files.Before = (operation, path) =>
        {
            // the look of the hand-over that follows the answer
            if (operation == "identify" && path == database.Path && ++looks == (isYield ? 2 : 6)) database.App.Insert(1, 10);
        };
        if (isYield) Checkpointer.TryYield(session, sink);
        else Checkpointer.TryRest(session, sink, CheckpointEffort.Yielding);
        files.Before = (_, _) => { };
        Assert.True(looks > 1);
        session.TryCapture(sink);
        Assert.Equal(database.App.Image(), sink.Bytes);
        var isResting = session.IsResting;
        Assert.Equal(isResting ? raw.SQLITE_OK : raw.SQLITE_BUSY, database.App.Checkpoint(Application.Truncate).Code);
    }
}
