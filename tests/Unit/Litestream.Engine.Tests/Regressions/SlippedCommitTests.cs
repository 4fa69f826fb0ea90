using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A commit that came between the reader's last move and the capture was captured, and the database file was taken for one that holds it: without its WAL it would have been lost.</summary>
public sealed class SlippedCommitTests
{
    [Fact]
    public void A_file_that_lacks_a_commit_is_not_whole()
    {
        using var database = new TestDatabase();
        database.App.Insert(5);
        var parts = new SlippingParts();
        using var session = CaptureSession.TryOpen(database.Info, new() { Capture = parts })!;
        using (var view = session.TryOpenView()!) session.StartAt(view.Point);
        var sink = new FrameImage(database.App.Image());
        parts.HandedOver = left =>
        {
            if (left == 0) database.App.Insert(7);
        };

        Assert.Equal(CheckpointOutcome.Hindered, Checkpointer.TryRest(session, sink, CheckpointEffort.Yielding));
        Assert.False(session.Rest.IsWhole);
        Assert.Equal(database.App.Image(), sink.Bytes);
        parts.HandedOver = _ => { };
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(session, sink, CheckpointEffort.Yielding));
        Assert.True(session.Rest.IsSeenWhole);
        Assert.Equal(database.App.Image(), database.FileBytes());
    }

    private sealed class SlippingParts : CaptureParts
    {
        /// <summary>Is called after each of a rest's two moves with how many are left.</summary>
        public Action<int> HandedOver { get; set; } = _ => { };

        public override ReaderRelay CreateRelay(DatabaseConnection holder, DatabaseConnection spare) => new SlippingRelay(holder, spare, this);

        private sealed class SlippingRelay(DatabaseConnection holder, DatabaseConnection spare, SlippingParts parts) : ReaderRelay(holder, spare)
        {
            private int _moves;

            public override bool TryHandOver()
            {
                var isMoved = base.TryHandOver();
                parts.HandedOver(1 - (_moves++ % 2));
                return isMoved;
            }
        }
    }
}
