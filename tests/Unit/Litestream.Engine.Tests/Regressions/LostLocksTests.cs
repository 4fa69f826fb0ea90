using Litestream.Engine.Capture;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>When this process had lost SQLite's locks, or somebody had deleted -wal and -shm, whole lives of the WAL passed unseen and
/// the generation went on.</summary>
public sealed class LostLocksTests
{
    [Theory]
    [InlineData(true, "the WAL was restarted and its index made anew")]
    [InlineData(false, "the WAL and its index were made anew")]
    public void A_WAL_index_made_anew_behind_our_back_breaks_continuity(bool isWritten, string expected)
    {
        using var database = new TestDatabase();
        for (var commit = 0; commit < 10; commit++) database.App.Insert();
        var capture = new WalCapture();
        capture.StartAt(CapturePoint.At(database.Snapshot()));
        var sink = new FrameImage(database.App.Image());
        database.CloseApp(); // the last connection: the WAL and its index are gone
        database.ReopenApp();
        if (isWritten) database.App.Insert();
        using var reader = database.Connect();
        Assert.True(reader.TryBeginRead());
        Assert.Contains(expected, Assert.Throws<ContinuityLostException>(() => capture.Capture(reader, sink)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_while_the_database_is_opened_again_does_not_forget_that_continuity_was_lost()
    {
        for (var step = 1; step <= 12; step++)
        {
            using var database = new TestDatabase();
            var files = new HookedFileSystem();
            await using var replication = RunningReplication.Start(database, environment: new() { Files = files });
            database.App.Insert();
            await replication.SyncAsync();
            var (identified, isMoved) = (0, 0);
            files.Before = (operation, path) =>
            {
                if (operation != "identify") return;
                if (Volatile.Read(ref isMoved) == 0 && Interlocked.Exchange(ref isMoved, 1) == 0)
                    throw new ContinuityLostException("a test says so");
                if (Interlocked.Increment(ref identified) == step) throw new IOException("It can't be seen for now.");
            };
            database.App.Insert();
            await replication.WaitForAsync(ReplicationEventKind.ContinuityLost);
            await replication.WaitForAsync(ReplicationEventKind.Reconciled);
            await replication.SyncAsync();
            Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        }
    }
}
