using System.Diagnostics;
using Litestream.Engine.Capture;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: <c>Copy-Item app.db* backup/</c> in the session that replicates drops SQLite's locks. An application (another
/// process) that starts then takes itself for the first one, makes the wal-index anew in the same file, and may restart the WAL. No
/// file is replaced, the read transaction seems to be there, and the count of commits starts at 0.</summary>
public sealed class LostLocksByCopyTests
{
    /// <summary>A database whose WAL was empty when the generation began: commits are not counted at all then.</summary>
    [SkippableFact]
    public void A_life_of_the_WAL_that_passed_before_the_first_capture_breaks_continuity()
    {
        using var database = new TestDatabase();
        database.CloseApp(); // as the last one: the WAL is gone
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        var sink = new FrameImage(Begin(session));
        Assert.Equal(0u, session.TryCapture(sink));

        CopyAll(database);
        RunApplication(database, """
            c.execute("CREATE TABLE lost(a)")
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            c.execute("INSERT INTO item(data) VALUES('seen')")
            """);
        AssertSeenOrLost(database, session, sink);
    }

    /// <summary>The same from end to end, with the intervals as they are by default: several side by side, as those are waited for.</summary>
    [SkippableFact]
    public Task A_sync_after_the_files_were_copied_is_restorable() => Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(SyncAfterCopyAsync)));

    private static async Task SyncAfterCopyAsync()
    {
        using var database = new TestDatabase();
        database.CloseApp();
        await using var replication = RunningReplication.Start(
            database, o => new() { DatabasePath = o.DatabasePath });
        await replication.SyncAsync();
        CopyAll(database);
        RunApplication(database, """
            c.execute("PRAGMA synchronous=OFF")
            c.execute("CREATE TABLE lost(a)")
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            c.execute("INSERT INTO item(data) VALUES('seen')")
            """);
        await replication.SyncAsync();
        database.ReopenApp();
        var restored = database["restored.db"];
        await File.WriteAllBytesAsync(restored, await RunningReplication.RestoreAsync(database));
        using var app = Application.Open(restored);
        Assert.Equal("item,lost", app.Text("SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema ORDER BY 1)"));
    }

    /// <summary>At rest the reader allows one restart, and a count that was low has been overtaken.</summary>
    [SkippableFact]
    public void A_life_of_the_WAL_that_passed_under_a_resting_reader_breaks_continuity()
    {
        using var database = new TestDatabase();
        database.App.Insert();
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        var sink = new FrameImage(Begin(session));
        database.App.Insert();
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(session, sink, CheckpointEffort.Yielding));
        database.CloseApp();
        Assert.Equal(0u, session.TryCapture(sink));

        CopyAll(database);
        RunApplication(database, $"""
            c.execute("CREATE TABLE lost(a)")
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for i in range({session.Point.Commits}): c.execute("INSERT INTO item(data) VALUES('seen')")
            """);
        AssertSeenOrLost(database, session, sink);
    }

    /// <summary>A snapshot that is copied while the WAL is backfilled trusts the database file to stay as it is.</summary>
    [SkippableFact]
    public void A_snapshot_is_one_commit_or_fails()
    {
        using var database = new TestDatabase();
        database.App.Execute("CREATE TABLE account(id INTEGER PRIMARY KEY, amount INTEGER, filler)");
        database.App.Execute("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
            INSERT INTO account SELECT i, 0, zeroblob(3000) FROM n
            """);
        database.App.Checkpoint(Application.Truncate);
        database.App.Insert();
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        var first = new FrameImage(Begin(session));
        Assert.Equal(CheckpointOutcome.Rests, Checkpointer.TryRest(session, first, CheckpointEffort.Yielding));
        database.CloseApp();

        using var view = session.TryOpenView()!;
        var point = view.Point;
        var copy = new MemoryStream();
        var interleaved = false;
        try
        {
            view.CopyTo(copy, _ =>
            {
                if (interleaved) return;
                interleaved = true;
                CopyAll(database);
                RunApplication(database, """
                    c.execute("UPDATE account SET amount = amount + 1")
                    c.execute("PRAGMA wal_checkpoint(PASSIVE)")
                    """);
            }, default);
        }
        catch (ContinuityLostException)
        {
            return;
        }

        // does whoever begins a generation with it notice at least afterwards?
        session.StartAt(point);
        try
        {
            Assert.NotNull(session.TryCapture(new FrameImage(copy.ToArray())));
        }
        catch (ContinuityLostException)
        {
            return;
        }

        var restored = database["copy.db"];
        File.WriteAllBytes(restored, copy.ToArray());
        using var app = Application.Open(restored);
        Assert.Equal(1, app.Number("SELECT count(DISTINCT amount) FROM account"));
    }

    private static byte[] Begin(CaptureSession session)
    {
        using var view = session.TryOpenView()!;
        session.StartAt(view.Point);
        var copy = new MemoryStream();
        view.CopyTo(copy, _ => { }, default);
        return copy.ToArray();
    }

    private static void AssertSeenOrLost(TestDatabase database, CaptureSession session, FrameImage sink)
    {
        try
        {
            Assert.NotNull(session.TryCapture(sink));
        }
        catch (ContinuityLostException)
        {
            return; // a new generation follows: nothing is lost
        }

        using var app = Application.Open(database.Path);
        Assert.Equal(app.Image(), sink.Bytes);
    }

    /// <summary>A first snapshot that is being copied meanwhile: it was published before anybody asked whether the locks still hold.</summary>
    [SkippableFact]
    public async Task A_snapshot_that_was_copied_without_locks_does_not_count()
    {
        using var database = new TestDatabase();
        database.App.Insert(100, 500);
        database.App.Checkpoint(Application.Truncate);
        database.App.Insert(1, 500);
        database.App.LeaveWalOnClose();
        var background = new GatedScheduler();
        await using var replication = RunningReplication.Start(database, o => o with
        {
            PollInterval = TimeSpan.FromHours(1),
            CheckpointQuietInterval = TimeSpan.FromHours(1),
        }, new() { Background = background, Files = new HookedFileSystem { IsDeaf = true } });
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted);
        database.CloseApp();
        await Task.Delay(4000); // by now it looks more rarely than every two seconds
        CopyAll(database);
        RunApplication(database, """
            c.execute("UPDATE item SET data=randomblob(500) WHERE id BETWEEN 20 AND 60")
            c.execute("PRAGMA wal_checkpoint(PASSIVE)")
            """);
        background.Open();
        await replication.WaitForAsync(ReplicationEventKind.SnapshotShipped);
        await replication.SyncAsync();
        Assert.Equal(2, replication.Count(ReplicationEventKind.GenerationStarted));
    }

    private static void CopyAll(TestDatabase database)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm" })
        {
            using var file = new FileStream(database.Path + suffix, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.CopyTo(Stream.Null);
        }
    }

    /// <summary>Runs as an application that is killed: it stays connected as long as it lives, and cleans nothing up.</summary>
    private static void RunApplication(TestDatabase database, string script)
    {
        var whole = $"""
            import os, sqlite3, sys
            c = sqlite3.connect(sys.argv[1], isolation_level=None)
            c.execute("PRAGMA wal_autocheckpoint=0")
            {script.ReplaceLineEndings("\n")}
            sys.stdout.flush()
            os._exit(0)
            """;
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => File.Exists(Path.Combine(f, "python3")));
        Skip.IfNot(isThere, "the other application is written in Python, which is not here");
        using var process = Process.Start(new ProcessStartInfo("python3", ["-c", whole, database.Path]))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
