using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Motion;

/// <summary>What an application may do to its own database: shrink it, rebuild it, change its schema, its page size and its journal.</summary>
public sealed class ChangingDatabaseTests
{
    [Theory]
    [InlineData("VACUUM")]
    [InlineData("PRAGMA incremental_vacuum")]
    [InlineData("ALTER TABLE item ADD COLUMN note TEXT DEFAULT 'x'; CREATE INDEX item_note ON item(note); CREATE VIEW v AS SELECT id FROM item")]
    [InlineData("CREATE TABLE copy AS SELECT * FROM item; DROP TABLE item; ALTER TABLE copy RENAME TO item; REINDEX; ANALYZE")]
    [InlineData("PRAGMA user_version=7; PRAGMA application_id=8")]
    public async Task The_generation_goes_on(string sql)
    {
        using var database = new TestDatabase(setup: "PRAGMA auto_vacuum=INCREMENTAL");
        await using var replication = RunningReplication.Start(database);
        database.App.Insert(300, 500);
        database.App.Execute("DELETE FROM item WHERE id % 3 > 0");
        await replication.SyncAsync();
        database.App.Execute(sql);
        await replication.SyncAsync();
        database.App.Execute("INSERT INTO item(data) VALUES ('after')");
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(0, replication.Count(ReplicationEventKind.ContinuityLost));
    }

    [Fact]
    public async Task Leaving_WAL_mode_is_refused_to_the_application_while_we_run_and_nothing_else_happens()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert(10);
        await replication.SyncAsync();
        Assert.Equal(raw.SQLITE_BUSY, database.App.TryExecute("PRAGMA journal_mode=delete"));
        Assert.Equal("wal", database.App.Text("PRAGMA journal_mode"));
        database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    [Theory]
    [InlineData(0, "nothing has changed.")]
    [InlineData(1, " pages have changed, and follow.")]
    public async Task What_a_comparison_at_the_start_came_to_is_told(int commits, string told)
    {
        using var database = new TestDatabase();
        await RunAsync(database);
        if (commits > 0) database.App.Insert(commits);
        database.CloseApp(); // the last one takes the WAL along

        await using var replication = RunningReplication.Start(database);
        var compared = await replication.WaitForAsync(ReplicationEventKind.Reconciled);
        Assert.EndsWith(told, compared.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_left_WAL_mode_while_we_were_down_is_refused_or_switched_and_the_generation_goes_on()
    {
        using var database = new TestDatabase();
        await RunAsync(database);
        database.App.Execute("PRAGMA journal_mode=delete");
        database.App.Insert(5);
        await using (var refused = RunningReplication.Start(database))
            Assert.Equal(ErrorCode.DatabaseNotWal, (await refused.FailureAsync()).Code);
        Assert.Equal("delete", database.App.Text("PRAGMA journal_mode"));
        database.CloseApp();

        await using var replication = RunningReplication.Start(database, o => o with { AllowJournalModeSwitch = true });
        await replication.SyncAsync();
        await replication.WaitForAsync(ReplicationEventKind.Reconciled);
        Assert.Equal(0, replication.Count(ReplicationEventKind.GenerationStarted));
        database.ReopenApp();
        database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    [Fact]
    public async Task Another_page_size_begins_a_generation_and_the_former_state_stays()
    {
        using var database = new TestDatabase();
        await RunAsync(database);
        var former = database.App.Image();
        database.App.Execute("PRAGMA journal_mode=delete; PRAGMA page_size=1024; VACUUM; PRAGMA journal_mode=wal");
        await using var replication = RunningReplication.Start(database);
        Assert.Contains("page size", (await replication.WaitForAsync(ReplicationEventKind.GenerationStarted)).Message, StringComparison.Ordinal);
        database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
        var generations = await RunningReplication.GenerationsAsync(database);
        await Restored.AssertFormerIsAsync(database, generations.Single(g => g.Id != replication.Generation).Id, former);
    }

    [Fact]
    public async Task A_new_generation_begins_when_it_is_asked_for()
    {
        using var database = new TestDatabase();
        await RunAsync(database);
        await using var replication = RunningReplication.Start(database, o => o with { NewGeneration = true });
        Assert.Contains("asked for", (await replication.WaitForAsync(ReplicationEventKind.GenerationStarted)).Message, StringComparison.Ordinal);
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    private static async Task RunAsync(TestDatabase database)
    {
        await using var replication = RunningReplication.Start(database);
        database.App.Insert(100, 500);
        await replication.SyncAsync();
        await replication.StopAsync();
    }
}
