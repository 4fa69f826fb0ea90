using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Motion;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>Databases in which nothing happens are let go, and whatever is committed while they are is on the replica afterwards.</summary>
public sealed class IdleDatabaseTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public static TheoryData<string> Changes => ["insert", "restart and insert", "close, open and insert", "checkpoint and insert", "vacuum", "leave WAL mode and come back"];

    public void Dispose() => _database.Dispose();

    [SkippableFact]
    public async Task A_database_at_rest_is_let_go_with_all_its_handles_but_one()
    {
        await using var replication = await StartIdleAsync();
        _database.CloseApp(); // as long as this process has it open, so has the guard
        await replication.UntilAsync(() => !AreFilesOpen(), "all files are closed");
        var status = replication.Status;
        Assert.NotNull(status.Position);
        Assert.Equal((status.Position, TimeSpan.Zero, null), (status.Replicas[0].Position, status.Replicas[0].Lag, status.Replicas[0].LastError));
    }

    [SkippableTheory]
    [MemberData(nameof(Changes))]
    public async Task What_is_committed_meanwhile_is_captured_and_the_generation_goes_on(string change)
    {
        await using var replication = await StartIdleAsync();
        var generation = replication.Generation;
        var before = replication.Status.Position;
        Change(change);
        await replication.UntilAsync(() => replication.Status.Position > before, "the change is captured");
        await replication.SyncAsync();
        Assert.Equal(generation, replication.Generation);
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [SkippableFact]
    public async Task A_sync_opens_it_whatever_the_files_show()
    {
        var files = new HookedFileSystem { IsDeaf = true };
        await using var replication = await StartIdleAsync(files, isExact: true);
        var wal = files.Find(_database.WalPath);
        files.Shows = found => found?.Name == wal?.Name ? wal : found;
        _database.App.Insert();

        await replication.SyncAsync();

        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    /// <summary>Our connections kept the application's last close from removing it, and SQLite would apply it to another file.</summary>
    [SkippableFact]
    public async Task One_that_nobody_else_has_open_is_let_go_without_its_WAL()
    {
        await using var replication = await StartIdleAsync();
        _database.App.Insert();
        await replication.SyncAsync();
        _database.CloseApp();
        await replication.UntilAsync(() => !File.Exists(_database.WalPath), "the WAL is gone");
        var generation = replication.Generation;
        _database.ReopenApp();
        _database.App.BePatient();
        _database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(generation, replication.Generation);
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [SkippableFact]
    public async Task A_database_that_is_replaced_meanwhile_begins_a_generation()
    {
        using var other = new TestDatabase();
        other.App.Insert(20);
        await using var replication = await StartIdleAsync();
        var former = replication.Generation;
        var image = other.App.Image();
        _database.CloseApp();
        File.Delete(_database.WalPath);
        File.Delete(_database.WalIndexPath);
        var copy = _database["copy.db"];
        await File.WriteAllBytesAsync(copy, image);
        File.Move(copy, _database.Path, overwrite: true);

        await replication.UntilAsync(() => replication.Generation != former, "a generation begins");
        await replication.SyncAsync();
        await Restored.AssertIsAsync(_database, image);
    }

    [SkippableFact]
    public async Task A_database_that_is_gone_is_waited_for()
    {
        await using var replication = await StartIdleAsync();
        _database.CloseApp();
        var aside = _database["aside"];
        File.Move(_database.Path, aside);
        await replication.UntilAsync(() => replication.Status is { State: ReplicationState.Waiting, LastError: LitestreamException { Code: ErrorCode.DatabaseNotFound } }, "it is told");
        File.Move(aside, _database.Path);
        _database.ReopenApp();
        _database.App.Insert();
        await replication.SyncAsync();
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [SkippableFact]
    public async Task A_stop_while_it_is_let_go_takes_what_was_committed_along()
    {
        await using var replication = await StartIdleAsync(new HookedFileSystem { IsDeaf = true }, isExact: true);
        _database.App.Insert();
        await replication.StopAsync();
        await Restored.AssertIsAsync(_database, _database.App.Image());
    }

    [SkippableFact]
    public async Task It_is_no_stall_that_nothing_happens()
    {
        var time = new QuickTime();
        await using var replication = await StartIdleAsync(time: time);
        var before = replication.Count(ReplicationEventKind.Stalled); // a busy machine may take a moment for its first snapshot
        var until = time.GetUtcNow().AddSeconds(20);
        await replication.UntilAsync(() => time.GetUtcNow() > until, "time passes");
        Assert.Equal(ReplicationState.Idle, replication.Status.State);
        Assert.Equal(before, replication.Count(ReplicationEventKind.Stalled));
    }

    [SkippableFact]
    public async Task It_is_opened_now_and_then_though_nothing_shows()
    {
        var files = new HookedFileSystem { IsDeaf = true, IsExact = true };
        var time = new QuickTime();
        await using var replication = await StartIdleAsync(files, isExact: true, time);
        var wal = File.GetLastWriteTimeUtc(_database.WalPath);
        var before = replication.Status.Position;
        _database.App.Insert();
        File.SetLastWriteTimeUtc(_database.WalPath, wal);
        time.Skip(TimeSpan.FromMinutes(13));
        await replication.UntilAsync(() => replication.Status.Position > before, "it is opened");
    }

    [SkippableFact]
    public async Task Another_use_of_its_metadata_folder_is_an_error_that_says_so()
    {
        await using var replication = await StartIdleAsync();
        var folder = Path.GetDirectoryName(Lock)!;
        using (Assert.IsAssignableFrom<IDisposable>(LocalFileSystem.Instance.TryLock(Lock)))
        {
            _database.App.Insert();
            await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
            Assert.Equal(ErrorCode.ReplicationAlreadyRunning, Assert.IsType<LitestreamException>(replication.Status.LastError).Code);
            await File.AppendAllTextAsync(Path.Combine(folder, "state"), "somebody else's");
        }

        await replication.UntilAsync(() => replication.Status.LastError is LitestreamException { Code: ErrorCode.MetadataCorrupt }, "it is told");
    }

    [SkippableFact]
    public async Task A_large_database_is_kept_open_as_its_next_change_would_cost_a_reading_of_it()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        await using var replication = RunningReplication.Start(_database, o => Idle(o) with { IdleSizeLimit = 8191 });
        _database.App.Insert(1);
        await replication.SyncAsync();
        await replication.BackfilledAsync(_database);
        await Task.Delay(500, CancellationToken.None);
        Assert.Equal(ReplicationState.Running, replication.Status.State);
    }

    [SkippableFact]
    public async Task Databases_for_which_there_is_no_place_wait_until_others_that_are_still_are_let_go()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        var places = new OpenPlaces(600);
        var held = new List<IDisposable>();
        for (var place = 0; place < OpenPlaces.Least - 1; place++) held.Add(await places.EnterAsync(default));
        using var other = new TestDatabase();
        EngineEnvironment environment = new() { Places = places };
        await using var first = RunningReplication.Start(_database, o => o with { IdleAfter = TimeSpan.FromDays(1) }, environment);
        await first.SyncAsync();
        await using var second = RunningReplication.Start(other, o => o with { IdleAfter = TimeSpan.FromDays(1) }, environment);

        await second.SyncAsync();
        _database.App.Insert();
        other.App.Insert();
        await first.SyncAsync();
        await second.SyncAsync();

        await Restored.AssertIsAsync(_database, _database.App.Image());
        await Restored.AssertIsAsync(other, other.App.Image());
        held.ForEach(h => h.Dispose());
    }

    private string Lock => Path.Combine(Path.GetDirectoryName(_database.Path)!, ".app.db-litestream-ps", "lock");

    private static ReplicationOptions Idle(ReplicationOptions options) =>
        options with { IdleAfter = TimeSpan.Zero, CheckpointQuietInterval = TimeSpan.FromMilliseconds(50), PollInterval = TimeSpan.FromMilliseconds(50) };

    private bool AreFilesOpen()
    {
        OpenDescriptors.Tidy();
        return Directory.EnumerateFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget)
            .Any(f => f == Lock || f?.StartsWith(_database.Path, StringComparison.Ordinal) == true);
    }

    private async Task<RunningReplication> StartIdleAsync(HookedFileSystem? files = null, bool isExact = false, TimeProvider? time = null)
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        _database.App.Insert(50);
        files ??= new();
        files.IsExact = isExact;
        // of a time that runs quickly, more has to pass until something is late
        var replication = RunningReplication.Start(
            _database, o => Idle(o) with { SyncInterval = time is null ? o.SyncInterval : TimeSpan.FromSeconds(2) }, new() { Files = files, Time = time ?? TimeProvider.System });
        await replication.SyncAsync();
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Idle, "it is let go");
        return replication;
    }

    private void Change(string change)
    {
        if (change.StartsWith("restart", StringComparison.Ordinal)) _database.App.Checkpoint(Application.Restart);
        if (change.StartsWith("close", StringComparison.Ordinal)) _database.ReopenApp();
        if (change.StartsWith("checkpoint", StringComparison.Ordinal)) _database.App.Checkpoint(Application.Truncate);
        if (change.StartsWith("leave", StringComparison.Ordinal)) LeaveWalMode();
        if (change == "vacuum") _database.App.Execute("DELETE FROM item WHERE id < 40; VACUUM");
        else _database.App.Insert();
    }

    /// <summary>Again where the replication, which takes the database up with the first change, was quicker: then SQLite refuses it.</summary>
    private void LeaveWalMode()
    {
        var result = raw.SQLITE_BUSY;
        Assert.True(SpinWait.SpinUntil(
            () => (result = _database.App.TryExecute("PRAGMA journal_mode=delete; DELETE FROM item WHERE id < 20; PRAGMA journal_mode=wal")) != raw.SQLITE_BUSY, TimeSpan.FromSeconds(30)));
        Assert.Equal(raw.SQLITE_OK, result);
    }
}
