using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Motion;

/// <summary>Databases that appear after the start, and that are deleted and made anew.</summary>
public sealed class AbsentDatabaseTests
{
    [Fact]
    public async Task A_database_that_appears_is_replicated_when_that_was_asked_for()
    {
        using var database = new TestDatabase();
        var path = database["later.db"];
        await using var replication = RunningReplication.Start(
            path, [RunningReplication.Folder(database["replica"])], o => o with { WaitForDatabase = true });
        var told = await replication.WaitForAsync(ReplicationEventKind.Waiting);
        Assert.Equal(ReplicationSeverity.Information, told.Severity);
        Assert.Contains("does not exist", told.Message, StringComparison.Ordinal);
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Waiting, "the status says so");
        Assert.False(File.Exists(path));

        using var app = Application.Open(path, create: true);
        app.Execute("PRAGMA busy_timeout=5000; PRAGMA page_size=8192; PRAGMA auto_vacuum=FULL; PRAGMA journal_mode=wal; CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
        app.Insert(10);
        await replication.SyncAsync();
        Assert.Equal((8192, 1), (app.Number("PRAGMA page_size"), app.Number("PRAGMA auto_vacuum")));
        await Restored.AssertIsAsync(database, app.Image());
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_mistake_and_not_waited_for()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(
            database["absent/app.db"], [RunningReplication.Folder(database["replica"])], o => o with { WaitForDatabase = true });
        var error = await replication.FailureAsync();
        Assert.Equal(ErrorCode.DatabaseNotFound, error.Code);
        Assert.Contains("folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_database_is_waited_for_and_another_one_begins_a_generation()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert(10);
        await replication.SyncAsync();
        var former = replication.Generation;
        database.App.Insert(10);
        var last = database.App.Image();
        Delete(database);

        var told = await replication.WaitForAsync(ReplicationEventKind.Waiting);
        Assert.Equal((ReplicationSeverity.Warning, ErrorCode.DatabaseNotFound), (told.Severity, Assert.IsType<LitestreamException>(told.Error).Code));
        Assert.False(replication.Running.IsCompleted);

        using var app = Application.Open(database.Path, create: true);
        app.Execute("PRAGMA journal_mode=wal; CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
        app.Insert(3);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, app.Image());
        Assert.True(replication.Count(ReplicationEventKind.TailAbandoned) == 0, replication.Told());
        await Restored.AssertFormerIsAsync(database, former, last);
    }

    [Fact]
    public async Task A_replication_whose_database_is_gone_ends_as_asked_with_everything_shipped()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert(10);
        await replication.SyncAsync();
        database.App.Insert(10);
        var last = database.App.Image();
        Delete(database);
        await replication.WaitForAsync(ReplicationEventKind.Waiting);
        await replication.StopAsync();
        Assert.Equal(ReplicationState.Stopped, replication.Status.State);
        await Restored.AssertIsAsync(database, last);
    }

    [Fact]
    public async Task A_database_made_anew_while_nobody_watches_is_another_one_whatever_its_inode()
    {
        using var database = new TestDatabase();
        await using (var first = RunningReplication.Start(database))
        {
            database.App.Insert(10);
            await first.SyncAsync();
            await first.StopAsync();
        }

        var former = database.App.Image();
        Delete(database);
        using var app = Application.Open(database.Path, create: true);
        app.Execute("PRAGMA journal_mode=wal; CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
        await using var replication = RunningReplication.Start(database);
        app.Insert();
        await replication.SyncAsync();
        Assert.Contains("another file", (await replication.WaitForAsync(ReplicationEventKind.GenerationStarted)).Message, StringComparison.Ordinal);
        await Restored.AssertIsAsync(database, app.Image());
        var generations = await RunningReplication.GenerationsAsync(database);
        await Restored.AssertFormerIsAsync(database, generations.Single(g => g.Id != replication.Generation).Id, former);
    }

    private static void Delete(TestDatabase database)
    {
        // the WAL first, so that closing finds nothing to tidy up
        foreach (var path in new[] { database.WalPath, database.WalIndexPath, database.Path }) File.Delete(path);
        database.CloseApp();
    }
}
