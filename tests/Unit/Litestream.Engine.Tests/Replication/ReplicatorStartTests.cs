using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>What a replication finds when it begins: databases that are not there yet, not fit, or in use.</summary>
public sealed class ReplicatorStartTests
{
    [Theory]
    [InlineData(1024, "FULL", "1")]
    [InlineData(65536, "INCREMENTAL", "2")]
    public async Task An_empty_database_is_waited_for_and_its_settings_are_the_applications(int pageSize, string vacuum, string expected)
    {
        using var database = new TestDatabase();
        var path = database["new.db"];
        await File.WriteAllBytesAsync(path, []);
        await using var replication = RunningReplication.Start(path, [RunningReplication.Folder(database["replica"])]);
        await replication.WaitForAsync(ReplicationEventKind.Waiting);
        Assert.Equal(ReplicationState.Waiting, replication.Status.State);
        Assert.Equal(0, new FileInfo(path).Length);
        Assert.False(File.Exists(path + "-wal"));

        // as another process would see it, the database is in WAL mode from its first byte on
        using var prepared = new TestDatabase(pageSize, $"PRAGMA auto_vacuum={vacuum}");
        prepared.App.Insert(10);
        await File.WriteAllBytesAsync(database["prepared.db"], prepared.App.Image());
        File.Move(database["prepared.db"], path, overwrite: true);
        using var app = Application.Open(path);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted);
        app.Insert(10);
        await replication.SyncAsync();
        Assert.Equal(app.Image(), await RunningReplication.RestoreAsync(database));
        Assert.Equal(pageSize, app.Number("PRAGMA page_size"));
        Assert.Equal(expected, app.Text("PRAGMA auto_vacuum"));
    }

    [Fact]
    public async Task An_application_that_makes_its_database_while_we_wait_keeps_its_settings()
    {
        using var database = new TestDatabase();
        var path = database["new.db"];
        await File.WriteAllBytesAsync(path, []);
        await using var replication = RunningReplication.Start(path, [RunningReplication.Folder(database["replica"])]);
        await replication.WaitForAsync(ReplicationEventKind.Waiting);
        using var app = Application.Open(path);
        app.Execute("PRAGMA page_size=8192; PRAGMA auto_vacuum=FULL; CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
        await Task.Delay(200);
        Assert.Equal("wal", app.Text("PRAGMA journal_mode=wal"));
        app.Insert(100, 1000);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted);
        await replication.SyncAsync();
        Assert.Equal((8192, 1), (app.Number("PRAGMA page_size"), app.Number("PRAGMA auto_vacuum")));
        Assert.Equal(app.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_database_with_a_rollback_journal_is_refused()
    {
        using var database = Rollback();
        await using var replication = RunningReplication.Start(database);
        Assert.Equal(ErrorCode.DatabaseNotWal, (await replication.FailureAsync()).Code);
        await replication.WaitForAsync(ReplicationEventKind.Failed);
        Assert.Equal(ReplicationState.Failed, replication.Status.State);
        Assert.Equal("delete", database.App.Text("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task A_database_with_a_rollback_journal_is_switched_when_that_is_allowed()
    {
        using var database = Rollback();
        database.CloseApp();
        await using var replication = RunningReplication.Start(database, o => o with { AllowJournalModeSwitch = true });
        var told = await replication.WaitForAsync(ReplicationEventKind.JournalModeSwitched);
        Assert.Equal(ReplicationSeverity.Warning, told.Severity);
        await replication.SyncAsync();
        database.ReopenApp();
        Assert.Equal("wal", database.App.Text("PRAGMA journal_mode"));
        database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        using var database = new TestDatabase();
        var path = database["letter.txt"];
        await File.WriteAllTextAsync(path, new string('x', 5000));
        await using var replication = RunningReplication.Start(path, [RunningReplication.Folder(database["replica"])]);
        var error = await replication.FailureAsync();
        Assert.Equal((ErrorCode.NotADatabase, path), (error.Code, error.Target));
        Assert.False(Directory.Exists(database[".letter.txt-litestream-ps"]));
    }

    [Fact]
    public async Task A_short_file_is_refused()
    {
        using var database = new TestDatabase();
        await File.WriteAllTextAsync(database["short"], "SQLite");
        await using var replication = RunningReplication.Start(database["short"], [RunningReplication.Folder(database["replica"])]);
        Assert.Equal(ErrorCode.NotADatabase, (await replication.FailureAsync()).Code);
    }

    [Theory]
    [InlineData("absent.db")]
    [InlineData("absent/absent.db")]
    [InlineData(".")]
    public async Task A_path_without_a_file_is_refused(string name)
    {
        using var database = new TestDatabase();
        var path = Path.GetFullPath(database[name]);
        await using var replication = RunningReplication.Start(path, [RunningReplication.Folder(database["replica"])]);
        Assert.Equal(ErrorCode.DatabaseNotFound, (await replication.FailureAsync()).Code);
        Assert.Equal(name == ".", Path.Exists(path));
    }

    [Fact]
    public async Task A_wal2_database_is_refused()
    {
        using var database = new TestDatabase();
        var bytes = database.App.Image();
        bytes[18] = bytes[19] = 3;
        await File.WriteAllBytesAsync(database["wal2.db"], bytes);
        await using var replication = RunningReplication.Start(database["wal2.db"], [RunningReplication.Folder(database["replica"])]);
        Assert.Equal(ErrorCode.DatabaseUnsupported, (await replication.FailureAsync()).Code);
    }

    [Fact]
    public async Task A_second_replication_of_the_database_is_refused_and_the_first_goes_on()
    {
        using var database = new TestDatabase();
        await using var first = RunningReplication.Start(database);
        await first.SyncAsync();
        await using (var second = RunningReplication.Start(database))
        {
            var error = await second.FailureAsync();
            Assert.Equal((ErrorCode.ReplicationAlreadyRunning, database.Path), (error.Code, error.Target));
        }

        database.App.Insert();
        await first.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_locked_database_is_refused_after_some_patience()
    {
        using var database = new TestDatabase();
        database.ReopenApp();
        database.App.Execute("PRAGMA locking_mode=EXCLUSIVE");
        database.App.Insert();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var replication = RunningReplication.Start(database, environment: new() { Time = time });
        await replication.WaitForAsync(ReplicationEventKind.Waiting);
        Assert.False(replication.Running.IsCompleted);
        await replication.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            return replication.Running.IsCompleted;
        }, "the replication gives up");
        Assert.Equal(ErrorCode.DatabaseLocked, (await replication.FailureAsync()).Code);
        database.App.Insert();
    }

    [Fact]
    public async Task A_database_that_was_empty_for_long_has_the_same_patience()
    {
        using var database = new TestDatabase();
        var path = database["new.db"];
        await File.WriteAllBytesAsync(path, []);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var replication = RunningReplication.Start(path, [RunningReplication.Folder(database["replica"])], environment: new() { Time = time });
        await replication.WaitForAsync(ReplicationEventKind.Waiting);
        time.Advance(TimeSpan.FromHours(1));
        using var app = Application.Open(path);
        app.Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=wal; CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
        for (var step = 0; step < 50; step++)
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
            await Task.Delay(2);
        }

        Assert.False(replication.Running.IsCompleted);
    }

    [Fact]
    public async Task A_lock_that_ends_in_time_is_waited_for()
    {
        using var database = new TestDatabase();
        database.ReopenApp();
        database.App.Execute("PRAGMA locking_mode=EXCLUSIVE");
        database.App.Insert();
        await using var replication = RunningReplication.Start(database);
        await replication.WaitForAsync(ReplicationEventKind.Waiting);
        database.ReopenApp();
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_metadata_folder_that_cannot_be_made_is_refused()
    {
        using var database = new TestDatabase();
        await File.WriteAllTextAsync(database["file"], "");
        await using var replication = RunningReplication.Start(database, o => o with { MetadataPath = database["file/meta"] });
        Assert.Equal(ErrorCode.MetadataUnwritable, (await replication.FailureAsync()).Code);
    }

    private static TestDatabase Rollback()
    {
        var database = new TestDatabase();
        database.App.Execute("PRAGMA journal_mode=delete");
        database.App.Insert();
        return database;
    }
}
