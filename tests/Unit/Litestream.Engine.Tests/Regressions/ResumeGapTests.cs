using Litestream.Engine.Capture;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Commits were lost without a word when the WAL was wholly backfilled at a resume: its reader is in slot 0, and the next
/// writer restarted the WAL before the tail was captured.</summary>
public sealed class ResumeGapTests
{
    [Fact]
    public async Task A_commit_at_any_step_of_a_resume_loses_nothing()
    {
        for (var step = 1; step <= 20; step++)
        {
            using var database = new TestDatabase();
            database.App.LeaveWalOnClose();
            database.App.Execute("CREATE TABLE other(data)");
            await using (var first = RunningReplication.Start(database))
            {
                await first.SyncAsync();
                for (var commit = 0; commit < 10; commit++) database.App.Insert();
                await first.StopAsync();
            }

            database.ReopenApp(); // makes the wal-index anew, and with it the count of commits
            database.App.Execute("INSERT INTO other SELECT randomblob(600) FROM item");
            Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Passive).Code);

            var steps = 0;
            var files = new HookedFileSystem();
            files.Before = (operation, _) =>
            {
                if (operation is "identify" or "open" && Interlocked.Increment(ref steps) == step) database.App.Insert();
            };
            await using var second = RunningReplication.Start(database, environment: new() { Files = files });
            await second.SyncAsync();
            files.Before = (_, _) => { };
            await second.SyncAsync(); // what was committed after the first one had captured
            Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        }
    }

    [Fact]
    public void TryResume_captures_before_a_writer_can_restart_the_WAL()
    {
        using var database = new TestDatabase();
        database.App.Insert(5);
        CapturePoint point;
        var image = new FrameImage(database.App.Image());
        using (var session = CaptureSession.TryOpen(database.Info, new())!)
        using (var view = session.TryOpenView()!)
            point = view.Point;

        database.App.Insert(20, 500);
        Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Passive).Code);
        using var resumed = CaptureSession.TryOpen(database.Info, new())!;
        Assert.Null(resumed.TryResume(point, image));
        var before = database.Snapshot()!.Value;
        database.App.Insert();
        Assert.NotEqual((before.Salt1, before.Salt2), (database.Snapshot()!.Value.Salt1, database.Snapshot()!.Value.Salt2));
        Assert.True(resumed.TryCapture(image) > 0);
        Assert.Equal(database.App.Image(), image.Bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stopped_replication_whose_WAL_was_restarted_meanwhile_is_reconciled(bool isIndexMadeAnew)
    {
        using var database = new TestDatabase();
        database.App.LeaveWalOnClose();
        await using (var first = RunningReplication.Start(database))
        {
            database.App.Insert(5);
            await first.SyncAsync();
            await first.StopAsync();
        }

        if (isIndexMadeAnew) database.ReopenApp();
        for (var life = 0; life < 2; life++)
        {
            database.App.Insert(10, 500);
            Assert.Equal(raw.SQLITE_OK, database.App.Checkpoint(Application.Truncate).Code);
        }

        database.App.Insert();
        await using var second = RunningReplication.Start(database);
        await second.SyncAsync();
        await second.WaitForAsync(ReplicationEventKind.Reconciled);
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }
}
