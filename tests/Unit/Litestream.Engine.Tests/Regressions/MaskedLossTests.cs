using Litestream.Engine.Capture;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: when a database was replaced during a checkpoint, the try to keep writers out of it failed, too, and that error took
/// the place of the one that counts.</summary>
public sealed class MaskedLossTests
{
    [Fact]
    public void That_writers_can_not_be_kept_out_does_not_hide_that_the_database_was_replaced()
    {
        using var database = new TestDatabase();
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        File.Move(database.Path, database["moved"]);
        var sink = new FrameImage([]);
        Assert.Throws<DatabaseReplacedException>(() => Checkpointer.TryRest(session, sink, CheckpointEffort.HoldingLast, beside: TimeSpan.Zero));
    }
}
