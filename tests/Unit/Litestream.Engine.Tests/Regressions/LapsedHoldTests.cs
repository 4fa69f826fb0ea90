using Litestream.Engine.Capture;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: writers that were kept out while the bulk was backfilled are let in after half a second. What was left then was
/// backfilled beside them though they were to be kept out of that: on a slow device no checkpoint ever came to its end, and the WAL
/// grew for ever.</summary>
public sealed class LapsedHoldTests
{
    [Fact]
    public void Writers_are_kept_out_at_the_last_though_the_bulk_took_longer_than_they_may_be_kept_out()
    {
        using var database = new TestDatabase();
        database.App.Insert(5);
        var time = new FakeTimeProvider();
        using var session = CaptureSession.TryOpen(database.Info, new() { Time = time })!;
        FrameImage sink;
        using (var view = session.TryOpenView()!)
        {
            session.StartAt(view.Point);
            sink = new(database.App.Image());
        }

        database.App.Insert();
        var bulk = TimeSpan.FromSeconds(1);
        sink.Taking = () =>
        {
            time.Advance(bulk);
            bulk = TimeSpan.Zero;
            database.App.TryExecute(Application.InsertSql(1, 10));
        };
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(session, sink, CheckpointEffort.HoldingLast, beside: TimeSpan.Zero));
        sink.Taking = () => { };
        Assert.Equal(database.App.Image(), sink.Bytes);
    }
}
