using Litestream.Engine.Capture;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>When an application committed between the begin of a snapshot's read and the question whether the WAL may be restarted
/// under it, a restart that was allowed was taken for lost locks, and a new generation began.</summary>
public sealed class SnapshotRaceTests
{
    [Fact]
    public void A_view_is_not_opened_when_the_WAL_was_restarted_before_it_was_known_whether_that_may_be()
    {
        using var database = new TestDatabase();
        database.App.Insert(10);
        Assert.Equal(0, database.App.Checkpoint(Application.Passive).Code);
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        var view = DatabaseView.TryOpen(database.Connect, database.PageSize, () =>
        {
            database.App.Insert();
            return session.IsBackfilled();
        }, () => { });
        Assert.Null(view);

        using var next = session.TryOpenView();
        using var copy = new MemoryStream();
        next!.Read((_, run) => copy.Write(run), _ => { }, default);
        Assert.Equal(database.App.Image(), copy.ToArray());
    }
}
