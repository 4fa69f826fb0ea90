using System.Diagnostics;
using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Somebody puts back a copy of the database and its WAL over both, while the reader rests: the file lacks what only that WAL holds, though it is the same as the one that was
/// captured.</summary>
[Collection("locks")]
public sealed class PutBackWalTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public PutBackWalTests() => Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere no WAL is removed.");

    public void Dispose() => _database.Dispose();

    [SkippableTheory]
    [InlineData("cp")]
    [InlineData("cp -p")]
    public async Task Is_left_beside_the_file_that_it_was_put_back_with(string copy)
    {
        await using var replication = RunningReplication.Start(_database, o => o with { CheckpointQuietInterval = TimeSpan.FromMilliseconds(500), ShutdownTimeout = TimeSpan.FromSeconds(5) });
        await replication.SyncAsync();
        _database.App.Insert(rows: 100);
        // in another process: here it would cost SQLite its locks
        Shell($"mkdir bak; cp -p app.db app.db-wal bak");
        await replication.SyncAsync();
        await replication.UntilAsync(() => RestingState.IsWrittenFor(_database), "the reader rests");
        _database.CloseApp();

        // the file last: that is what is noticed
        Shell($"{copy} bak/app.db-wal app.db-wal; {copy} bak/app.db app.db");
        await replication.UntilAsync(() => replication.Status.LastError is not null || replication.Count(ReplicationEventKind.ContinuityLost) > 0, "it is noticed");
        await Assert.ThrowsAsync<LitestreamException>(replication.StopAsync);

        using var application = Application.Open(_database.Path);
        Assert.Equal(100, application.Number("SELECT count(*) FROM item"));
    }

    /// <summary>By then the database is open anew, with an empty WAL and a wal-index that knows of none.</summary>
    [SkippableTheory]
    [InlineData("cp")]
    [InlineData("cp -p")]
    public async Task Is_found_where_it_is_put_back_long_after_its_file(string copy)
    {
        await using var replication = RunningReplication.Start(_database, o => o with { CheckpointQuietInterval = TimeSpan.FromMilliseconds(500) });
        await replication.SyncAsync();
        _database.App.Insert(rows: 100);
        Shell("mkdir bak; cp -p app.db app.db-wal bak");
        await replication.SyncAsync();
        await replication.UntilAsync(() => RestingState.IsWrittenFor(_database), "the reader rests");
        _database.CloseApp();
        Shell($"{copy} bak/app.db app.db");
        await replication.UntilAsync(() => Openings() > 1, "the file is opened anew");

        Shell($"{copy} bak/app.db-wal app.db-wal");
        await replication.UntilAsync(() => Openings() > 2, "its WAL is");
        _database.ReopenApp();
        Assert.Equal(100, _database.App.Number("SELECT count(*) FROM item"));
        _database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));

        // where it is looked at after the copy has emptied it and before it has filled it, it is another database
        int Openings() => replication.Count(ReplicationEventKind.GenerationStarted) + replication.Count(ReplicationEventKind.Reconciled);
    }

    /// <summary>Our connections go by the wal-index of what was there before, and whoever opened the database would join it.</summary>
    [SkippableFact]
    public async Task Is_found_where_it_was_put_back_with_its_file_before_the_reader_rested()
    {
        _database.App.Checkpoint(Application.Truncate);
        _database.App.Insert(rows: 10, size: 1000);
        Shell("mkdir bak; cp -p app.db app.db-wal bak");
        await using var replication = RunningReplication.Start(_database, o => o with { CheckpointQuietInterval = TimeSpan.FromMinutes(10) });
        await replication.SyncAsync();
        for (var i = 0; i < 20; i++) _database.App.Insert(rows: 1, size: 5000);
        await replication.SyncAsync();
        _database.CloseApp();

        Shell("cp bak/app.db app.db; cp bak/app.db-wal app.db-wal");
        await replication.UntilAsync(() => replication.Count(ReplicationEventKind.ContinuityLost) > 0, "it is noticed");
        _database.ReopenApp();

        Assert.Equal("ok", _database.App.Text("PRAGMA integrity_check"));
        Assert.Equal(10, _database.App.Number("SELECT count(*) FROM item"));
    }

    /// <summary>The wal-index tells which page is in which frame of the WAL that was there before: a checkpoint wrote other pages over them, and a sync went on to succeed.</summary>
    [SkippableFact]
    public async Task Is_not_checkpointed_by_the_wal_index_of_the_one_over_which_it_was_copied()
    {
        await using var replication = RunningReplication.Start(_database, o => o with { CheckpointQuietInterval = TimeSpan.FromSeconds(2) });
        await replication.SyncAsync();
        _database.App.Insert(rows: 100);
        Shell("cp -p app.db-wal bak-wal");
        await replication.SyncAsync();
        await replication.UntilAsync(() => RestingState.IsWrittenFor(_database), "the reader rests");
        _database.App.Insert(); // restarts the WAL
        await replication.SyncAsync();
        _database.CloseApp();

        Shell("cp app.db before; cp bak-wal app.db-wal");
        await replication.UntilAsync(() => replication.Count(ReplicationEventKind.ContinuityLost) > 0, "it is noticed");
        Shell("cmp app.db before");
    }

    /// <summary>The database was opened again as soon as its file was there, so that the WAL took the place of one that was just made, or found its name taken.</summary>
    [SkippableFact]
    public async Task Is_waited_for_where_its_file_is_moved_into_place()
    {
        _database.App.Insert(rows: 100);
        Shell("mkdir bak; cp -p app.db app.db-wal bak");
        _database.App.Checkpoint(Application.Truncate);
        await using var replication = RunningReplication.Start(_database, o => o with { CheckpointQuietInterval = TimeSpan.FromMilliseconds(500) });
        await replication.SyncAsync();
        _database.App.Insert(rows: 10);
        await replication.SyncAsync();
        await replication.UntilAsync(() => RestingState.IsWrittenFor(_database), "the reader rests");
        _database.CloseApp();

        Shell("mv bak/app.db app.db; sleep 0.3; mv bak/app.db-wal app.db-wal");
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, count: 2);
        Assert.Equal(1, replication.Count(ReplicationEventKind.ContinuityLost));
        _database.ReopenApp();
        Assert.Equal(100, _database.App.Number("SELECT count(*) FROM item"));
        _database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
    }

    /// <summary>The former file was opened with it in between, and all syncs were refused as long as the application had the database open.</summary>
    [SkippableTheory]
    [InlineData(0.5)]
    [InlineData(600)]
    public async Task Is_waited_with_for_the_file_that_follows(double quietSeconds)
    {
        _database.App.Insert(rows: 100);
        Shell("mkdir bak; cp -p app.db app.db-wal bak");
        await using var replication = RunningReplication.Start(_database, o => o with { CheckpointQuietInterval = TimeSpan.FromSeconds(quietSeconds) });
        await replication.SyncAsync();
        _database.App.Insert(rows: 10);
        await replication.SyncAsync();
        if (quietSeconds < 1) await replication.UntilAsync(() => RestingState.IsWrittenFor(_database), "the reader rests");
        _database.CloseApp();

        Shell("mv bak/app.db-wal app.db-wal; sleep 0.3; mv bak/app.db app.db");
        await replication.UntilAsync(() => replication.Count(ReplicationEventKind.ContinuityLost) > 0, "it is noticed");
        _database.ReopenApp();
        Assert.Equal(100, _database.App.Number("SELECT count(*) FROM item"));
        _database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
    }

    /// <summary>That was taken for trouble of a moment: the connections stayed, and with them the wal-index by which nobody else could read what was there, either.</summary>
    [SkippableFact]
    public void Is_found_where_the_wal_index_leads_to_no_database_in_it()
    {
        _database.App.Insert(rows: 20, size: 1000);
        _database.App.Checkpoint(Application.Truncate);
        _database.App.Execute("UPDATE item SET data = randomblob(1000)");
        Shell("cp -p app.db-wal bak-wal");
        _database.App.Checkpoint(Application.Truncate);
        using var session = CaptureSession.TryOpen(_database.Info, new())!;
        _database.App.Execute("PRAGMA user_version=7"); // page 1, which is another one there
        _database.CloseApp();

        Shell("cp bak-wal app.db-wal");
        Assert.Throws<DatabaseUnreadableException>(() => session.TryCapture(new FrameImage(_database.FileBytes())));
    }

    /// <summary>Only the wal-index then leads to what it commits, which works as long as it lives. It was called a lock, and nobody was told what helps.</summary>
    [SkippableFact]
    public void Is_told_where_an_application_came_that_goes_by_the_former_wal_index()
    {
        _database.App.Insert(rows: 1, size: 1000);
        _database.App.Checkpoint(Application.Truncate);
        _database.App.Execute("UPDATE item SET data = randomblob(1000)");
        Shell("cp -p app.db-wal bak-wal");
        _database.App.Checkpoint(Application.Truncate);
        _database.App.Execute("UPDATE item SET data = randomblob(1000)");
        Shell("mv bak-wal app.db-wal");
        using var application = Application.Open(_database.Path);
        application.Insert(rows: 1);
        _database.CloseApp();

        var error = Assert.Throws<LitestreamException>(() => CaptureSession.TryOpen(_database.Info, new()));
        Assert.Equal(ErrorCode.DatabaseLocked, error.Code);
        Assert.Contains("does not belong to its -shm", error.Message);

        application.Checkpoint(Application.Passive);
        application.Insert(rows: 1);
        using var session = CaptureSession.TryOpen(_database.Info, new());
        using var view = session?.TryOpenView();
        Assert.NotNull(view);
    }

    private void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-ec", script]) { WorkingDirectory = Path.GetDirectoryName(_database.Path) })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
