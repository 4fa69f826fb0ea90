using Litestream.Engine.Capture;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Found by an application that checkpoints with RESTART after each commit: where it committed in the moment in which our reader came to slot 0, the reader took itself for resting, and stayed
/// until it had been quiet for five seconds. Nothing can be backfilled under it, so that the checkpoint, and with it all writers, waited as long.</summary>
public sealed class FirstSlotTests
{
    [Fact]
    public void A_reader_in_slot_0_gets_out_of_the_way_of_a_checkpoint_of_what_came_after_it()
    {
        using var database = new TestDatabase();
        database.App.Insert(5, 10);
        using var session = CaptureSession.TryOpen(database.Info, new EngineEnvironment())!;
        FrameImage sink;
        using (var view = session.TryOpenView()!)
        {
            session.StartAt(view.Point);
            sink = new(database.App.Image());
        }

        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(session, sink, CheckpointEffort.Yielding));
        Assert.Null(session.AskWhetherInTheWay());
        database.App.Insert(1, 10);
        Assert.NotNull(session.TryCapture(sink));
        Assert.Equal(raw.SQLITE_BUSY, database.App.Checkpoint(Application.Restart).Code);
        Assert.True(Checkpointer.TryYield(session, sink));
        Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Passive).Code);
        Assert.True(Checkpointer.TryYield(session, sink));
        Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Restart).Code);
        Assert.Equal(database.App.Image(), sink.Bytes);
    }
}
