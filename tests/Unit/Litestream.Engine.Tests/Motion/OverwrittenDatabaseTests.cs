using System.Diagnostics;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Motion;

/// <summary>What others do to a database file without SQLite: another one in its place, nothing in it, or something that is none.</summary>
public sealed class OverwrittenDatabaseTests
{
    [Fact]
    public async Task A_database_that_is_renamed_into_place_begins_a_generation_and_mixes_nothing()
    {
        using var database = new TestDatabase();
        using var other = new TestDatabase();
        other.App.Insert(200, 500);
        await using var replication = RunningReplication.Start(database);
        database.App.Insert(10);
        await replication.SyncAsync();
        var (former, last) = (replication.Generation, database.App.Image());
        await ReplaceAsync(database, other.App.Image());
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        database.ReopenApp();
        database.App.Insert(5);
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
        await Restored.AssertFormerIsAsync(database, former, last);
    }

    [SkippableTheory]
    [InlineData(4096)]
    [InlineData(1024)]
    public async Task One_that_takes_the_place_when_application_and_replication_have_ended_meets_no_WAL(int pageSize)
    {
        Skip.If(OperatingSystem.IsMacOS());
        using var database = new TestDatabase();
        using var other = new TestDatabase(pageSize);
        other.App.Insert(200, 500);
        var (image, last) = (other.App.Image(), Array.Empty<byte>());
        GenerationId former;
        await using (var first = RunningReplication.Start(database))
        {
            database.App.Insert(10);
            await first.SyncAsync();
            (former, last) = (first.Generation, database.App.Image());
            database.CloseApp();
            await first.StopAsync();
        }

        Assert.False(File.Exists(database.WalPath));
        await File.WriteAllBytesAsync(database["other.db"], image);
        File.Move(database["other.db"], database.Path, overwrite: true);
        database.ReopenApp();
        Assert.Equal(image, database.App.Image());
        await using var second = RunningReplication.Start(database);
        database.App.Insert(5);
        await second.SyncAsync();
        Assert.NotEqual(former, second.Generation);
        await Restored.AssertIsAsync(database, database.App.Image());
        await Restored.AssertFormerIsAsync(database, former, last);
    }

    [Fact]
    public async Task A_stop_takes_no_WAL_from_an_application()
    {
        using var database = new TestDatabase();
        await using (var replication = RunningReplication.Start(database))
        {
            database.App.Insert(10);
            await replication.SyncAsync();
            database.App.Execute("BEGIN");
            Assert.Equal(10, database.App.Number("SELECT count(*) FROM item"));
            await replication.StopAsync();
        }

        Assert.True(File.Exists(database.WalPath));
        database.App.Execute("INSERT INTO item(data) VALUES (x'00'); COMMIT");
        Assert.Equal(11, database.App.Number("SELECT count(*) FROM item"));
    }

    [SkippableFact]
    public async Task One_that_is_copied_over_a_database_at_rest_is_noticed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs a copy by another process");
        using var database = new TestDatabase();
        database.App.Insert(10);
        var image = database.App.Image();
        await using var replication = RunningReplication.Start(database, Soon);
        database.App.Execute("UPDATE item SET data = x'00'");
        await replication.SyncAsync();
        database.CloseApp();
        await File.WriteAllBytesAsync(database["other.db"], image);
        var sinceCopy = Stopwatch.StartNew();
        await replication.UntilAsync(() =>
        {
            // it may not have been at rest yet: another copy, and time enough before it for a rest
            if (sinceCopy.Elapsed > TimeSpan.FromSeconds(1))
            {
                using var copy = Process.Start("cp", [database["other.db"], database.Path]);
                copy.WaitForExit();
                sinceCopy.Restart();
            }

            return replication.Count(ReplicationEventKind.ContinuityLost) > 0;
        }, "the copy is noticed");
        var told = await replication.WaitForAsync(ReplicationEventKind.ContinuityLost);
        Assert.Matches("something else than SQLite|emptied or overwritten", told.Message);
        await replication.UntilAsync(() => replication.Count(ReplicationEventKind.Reconciled) > 0, "what differs is recorded");
        database.ReopenApp();
        Assert.Equal(image, database.App.Image());
        database.App.Insert(5);
        await replication.SyncAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal("ok", database.App.Text("PRAGMA integrity_check"));
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    /// <summary>What was read of it was taken for what it is, and the look by which a copy is noticed was taken after it.</summary>
    [SkippableFact]
    public async Task One_that_is_copied_over_a_database_while_it_is_compared_is_noticed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs a copy by another process");
        using var database = new TestDatabase();
        database.App.Insert(10);
        await using (var first = RunningReplication.Start(database)) await first.SyncAsync();
        database.App.Insert(30);
        database.CloseApp();
        using var other = new TestDatabase();
        other.App.Insert(200, 500);
        await File.WriteAllBytesAsync(database["other.db"], other.App.Image());
        var copies = 0;
        var files = new HookedFileSystem
        {
            Before = (what, path) =>
            {
                // the comparison has read all, and its segment is to be kept
                if (what != "flush" || !path.EndsWith(".wal.lz4.tmp", StringComparison.Ordinal) || Interlocked.Increment(ref copies) > 1) return;
                using var copy = Process.Start("cp", [database["other.db"], database.Path]);
                copy.WaitForExit();
            },
        };
        await using var replication = RunningReplication.Start(database, Soon, new EngineEnvironment { Files = files });
        await replication.WaitForAsync(ReplicationEventKind.ContinuityLost);
        await replication.WaitForAsync(ReplicationEventKind.Reconciled, 2);
        await replication.SyncAsync();
        Assert.NotEqual(0, copies);
        await Restored.AssertIsAsync(database, other.App.Image());
    }

    /// <summary>As if there had been no replication: the application's last close would have removed the WAL.</summary>
    [SkippableTheory]
    [InlineData(4096, 1)]
    [InlineData(4096, 500)]
    [InlineData(1024, 100)]
    public async Task One_that_takes_the_place_of_a_database_at_rest_meets_no_WAL(int pageSize, int rows)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "nothing else lets a process know that it is alone");
        using var database = new TestDatabase();
        using var other = new TestDatabase(pageSize);
        other.App.Insert(rows, 500);
        var image = other.App.Image();
        await using var replication = RunningReplication.Start(database, Soon);
        database.App.Insert(50, 1000);
        await replication.SyncAsync();
        var (former, last) = (replication.Generation, database.App.Image());
        await replication.BackfilledAsync(database);
        database.CloseApp();
        await Task.Delay(500); // for a rest
        await File.WriteAllBytesAsync(database["other.db"], image);
        File.Move(database["other.db"], database.Path, overwrite: true);

        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        Assert.Contains(replication.Events, e => e.Message.Contains("is removed", StringComparison.Ordinal));
        database.ReopenApp();
        Assert.Equal(image, database.App.Image());
        database.App.Insert(5);
        await replication.SyncAsync();
        Assert.Equal("ok", database.App.Text("PRAGMA integrity_check"));
        await Restored.AssertIsAsync(database, database.App.Image());
        await Restored.AssertFormerIsAsync(database, former, last);
    }

    [Fact]
    public async Task A_database_at_rest_that_is_only_touched_goes_on_without_a_word()
    {
        using var database = new TestDatabase();
        // a busy machine may stand still for a second: 25 seconds until that would be a stall
        await using var replication = RunningReplication.Start(database, o => Soon(o) with { SyncInterval = TimeSpan.FromSeconds(10) });
        database.App.Insert(10);
        await replication.SyncAsync();
        for (var i = 0; i < 5; i++)
        {
            await replication.BackfilledAsync(database);
            await Task.Delay(200);
            File.SetLastWriteTimeUtc(database.Path, DateTime.UtcNow.AddMinutes(-i));
            await Task.Delay(200);
        }

        database.App.Insert(1);
        await replication.SyncAsync();
        Assert.DoesNotContain(replication.Events, e => e.Severity != ReplicationSeverity.Information);
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    [Fact]
    public async Task One_beside_the_WAL_of_the_former_is_left_alone_until_that_is_gone()
    {
        using var database = new TestDatabase();
        using var other = new TestDatabase();
        other.App.Insert(200, 500);
        await using var replication = RunningReplication.Start(database, Never);
        database.App.Insert(10);
        await replication.SyncAsync();
        var (former, last, image) = (replication.Generation, database.App.Image(), other.App.Image());
        database.CloseApp();
        Assert.NotEqual(0, new FileInfo(database.WalPath).Length);
        await File.WriteAllBytesAsync(database["other.db"], image);
        File.Move(database["other.db"], database.Path, overwrite: true);

        await replication.UntilAsync(() => replication.Events.Any(e => e.Error is LitestreamException { Code: ErrorCode.DatabaseError }), "the WAL is told");
        Assert.Equal(ErrorCode.DatabaseError, (await Assert.ThrowsAsync<LitestreamException>(replication.SyncAsync)).Code);
        Assert.Equal(image, await File.ReadAllBytesAsync(database.Path));
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));

        File.Delete(database.WalPath);
        File.Delete(database.WalIndexPath);
        // the file system may give the new WAL the number of the former
        database.ReopenApp();
        database.App.Insert(5);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
        await Restored.AssertFormerIsAsync(database, former, last);
    }

    /// <summary>It was forgotten with the replication: the next one took the new file with the former's WAL, and checkpointed that over it.</summary>
    [Fact]
    public async Task One_beside_the_WAL_of_the_former_is_refused_by_the_next_replication_too()
    {
        using var database = new TestDatabase();
        using var other = new TestDatabase();
        other.App.Insert(200, 500);
        var image = other.App.Image();
        await using (var first = RunningReplication.Start(database, Never))
        {
            database.App.Insert(10);
            await first.SyncAsync();
            database.CloseApp();
            await File.WriteAllBytesAsync(database["other.db"], image);
            File.Move(database["other.db"], database.Path, overwrite: true);
            await first.UntilAsync(() => first.Events.Any(e => e.Error is LitestreamException { Code: ErrorCode.DatabaseError }), "the WAL is told");
            await Assert.ThrowsAsync<LitestreamException>(first.StopAsync);
        }

        Assert.True(File.Exists(database.WalPath));
        await using var second = RunningReplication.Start(database, Soon);
        Assert.Equal(ErrorCode.DatabaseError, (await second.FailureAsync()).Code);
        Assert.Equal(image, await File.ReadAllBytesAsync(database.Path));
    }

    [Fact]
    public async Task One_beside_the_WAL_of_another_is_not_taken()
    {
        using var former = new TestDatabase();
        using var database = new TestDatabase(1024);
        database.CloseApp();
        former.App.Insert(10);
        await File.WriteAllBytesAsync(database.WalPath, former.WalBytes());
        await using var replication = RunningReplication.Start(database);
        var error = await Assert.ThrowsAsync<LitestreamException>(() => replication.Running);
        Assert.Equal(ErrorCode.DatabaseError, error.Code);
        Assert.Contains("4096", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_emptied_is_waited_for()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert(10);
        await replication.SyncAsync();
        var (former, last) = (replication.Generation, database.App.Image());
        await OverwriteAsync(database, []);
        Assert.Equal(ReplicationSeverity.Warning, (await replication.WaitForAsync(ReplicationEventKind.Waiting)).Severity);

        using var app = Application.Open(database.Path);
        app.Execute("PRAGMA page_size=1024; PRAGMA journal_mode=wal; CREATE TABLE item(id INTEGER PRIMARY KEY, data BLOB)");
        app.Insert(3);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, app.Image());
        await Restored.AssertFormerIsAsync(database, former, last);
    }

    [Theory]
    [InlineData(ErrorCode.NotADatabase)]
    [InlineData(ErrorCode.DatabaseUnsupported)]
    [InlineData(ErrorCode.DatabaseNotWal)]
    public async Task What_cannot_be_replicated_is_an_error_event_and_no_end(ErrorCode expected)
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert(10);
        await replication.SyncAsync();
        var good = database.App.Image();
        var bytes = (byte[])good.Clone();
        if (expected == ErrorCode.NotADatabase) Random.Shared.NextBytes(bytes);
        else bytes[18] = bytes[19] = (byte)(expected == ErrorCode.DatabaseUnsupported ? 3 : 1);
        await ReplaceAsync(database, bytes);

        var error = await replication.WaitForErrorAsync(ReplicationEventKind.Waiting);
        Assert.Equal(expected, Assert.IsType<LitestreamException>(error.Error).Code);
        Assert.Equal(ReplicationState.Waiting, replication.Status.State);
        Assert.False(replication.Running.IsCompleted);

        await ReplaceAsync(database, good);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        database.ReopenApp();
        database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    [Fact]
    public async Task A_database_that_is_overwritten_in_place_is_noticed()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert(10);
        await replication.SyncAsync();
        await OverwriteAsync(database, new byte[10_000]);
        var error = await replication.WaitForErrorAsync(ReplicationEventKind.Waiting);
        Assert.Equal(ErrorCode.NotADatabase, Assert.IsType<LitestreamException>(error.Error).Code);
    }

    [Fact]
    public async Task A_WAL_that_is_replaced_is_told_and_healed_when_the_application_starts_again()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { CheckpointQuietInterval = TimeSpan.FromMilliseconds(50) });
        database.App.Insert(10);
        await replication.SyncAsync();
        await replication.BackfilledAsync(database);
        await File.WriteAllBytesAsync(database["other-wal"], new byte[5000]);
        File.Move(database["other-wal"], database.WalPath, overwrite: true);
        await replication.WaitForAsync(ReplicationEventKind.ContinuityLost);
        // what the application reads fits no wal-index until everybody has let that go
        await replication.UntilAsync(() =>
        {
            database.ReopenApp();
            return database.App.TryExecute(Application.InsertSql(1, 100)) == SQLitePCL.raw.SQLITE_OK;
        }, "the application works again");
        await replication.SyncAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        await Restored.AssertIsAsync(database, database.App.Image());
    }

    private static ReplicationOptions Never(ReplicationOptions options) => options with { CheckpointQuietInterval = TimeSpan.FromDays(1), IdleAfter = null };

    private static ReplicationOptions Soon(ReplicationOptions options) => options with { CheckpointQuietInterval = TimeSpan.FromMilliseconds(100), IdleAfter = null };

    private static async Task ReplaceAsync(TestDatabase database, byte[] content)
    {
        database.CloseApp();
        await File.WriteAllBytesAsync(database["other.db"], content);
        File.Delete(database.WalPath);
        File.Delete(database.WalIndexPath);
        File.Move(database["other.db"], database.Path, overwrite: true);
    }

    /// <summary>Writes into the file itself, while only the replication has it open.</summary>
    private static async Task OverwriteAsync(TestDatabase database, byte[] content)
    {
        database.CloseApp();
        await File.WriteAllBytesAsync(database.Path, content);
        File.Delete(database.WalPath);
        File.Delete(database.WalIndexPath);
    }
}
