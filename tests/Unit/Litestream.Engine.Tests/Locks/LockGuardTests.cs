using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Capture;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Locks;

/// <summary>The guard knows when SQLite's locks in this process are gone, and what it holds itself lasts exactly as long as the guard.</summary>
[Collection("locks")]
public sealed class LockGuardTests
{
    public LockGuardTests() => Skip.IfNot(OperatingSystem.IsLinux(), "Linux only.");

    [SkippableTheory]
    [InlineData("", false)]
    [InlineData("-shm", false)]
    [InlineData("-wal", true)]
    public void A_file_that_is_closed_in_this_process_is_noticed(string suffix, bool expected)
    {
        using var database = new TestDatabase();
        database.App.Insert();
        using var guard = Guard(database);
        Assert.True(guard is { IsUnbroken: true, IsAlone: true });
        database.App.Insert();
        Assert.True(guard.IsUnbroken);
        File.OpenRead(database.Path + suffix).Dispose();
        Assert.Equal(expected, guard.IsUnbroken);
    }

    [SkippableFact]
    public void Another_SQLite_in_this_process_is_noticed_as_long_as_it_is_there_and_when_it_goes()
    {
        using var database = new TestDatabase();
        database.App.Insert();
        using var guard = Guard(database);
        using (var other = SecondSqlite.Open(database.Path))
        {
            other.Execute("SELECT count(*) FROM item");
            Assert.True(guard is { IsUnbroken: true, IsAlone: false });
        }

        Assert.True(guard is { IsUnbroken: false, IsAlone: true });
    }

    [SkippableFact]
    public void The_locks_are_there_as_long_as_the_guard_and_nobody_elses_go_with_them()
    {
        using var database = new TestDatabase();
        database.App.Insert();
        var before = LocksOn(database);
        Assert.NotEmpty(before);
        var guard = Guard(database);
        Assert.Equal(2, LocksOn(database).Count(l => l.StartsWith("OFDLCK ADVISORY READ", StringComparison.Ordinal)));
        guard.Dispose();
        Assert.Equal(before, LocksOn(database));
        Guard(database).Dispose();
        Assert.Equal(before, LocksOn(database));
        database.CloseApp();
        Assert.Empty(LocksOn(database));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_left_open_is_not_closed_while_SQLite_opens_and_locks_it(bool isOurs)
    {
        using var database = new TestDatabase();
        database.App.Insert();
        database.App.LeaveWalOnClose();
        database.CloseApp();
        var files = SourceFiles.Of(database.Path, LocalFileSystem.Instance);
        // the more there is to look through behind the numbers that are free, the longer what is opened meanwhile is not seen
        var others = Enumerable.Range(0, 1000).Select(_ => File.OpenHandle(database.WalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)).ToList();
        others[..10].ForEach(o => o.Dispose());
        using var stop = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                _ = GuardDescriptor.LookAt(database.Path, files.Database!.Value, 0, 1);
                _ = GuardDescriptor.LookAt(database.WalIndexPath, files.WalIndex!.Value, 0, 1);
            }
        });
        for (var i = 0; i < 30; i++)
        {
            await Task.Delay(5);
            using var connection = isOurs ? DatabaseConnection.Open(database.Path, null) : null;
            using var app = isOurs ? null : Application.Open(database.Path);
            Assert.True(connection?.TryBeginRead() ?? true);
            app?.Execute("BEGIN; SELECT count(*) FROM item");
            Assert.Equal(3, LocksOn(database).Count(l => l.StartsWith("POSIX", StringComparison.Ordinal))); // the database, and of the wal-index that it is in use, and that it is read
        }

        await stop.CancelAsync();
        await looking;
        others.ForEach(o => o.Dispose());
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_process_leaves_the_WAL_alone_though_the_locks_are_gone(bool isGuarded)
    {
        using var database = new TestDatabase();
        OtherProcess.Run("create", database["ledger.db"]);
        var path = database["ledger.db"];
        using var app = Application.Open(path);
        app.Execute("CREATE TABLE x(y)");
        var environment = new EngineEnvironment { Files = isGuarded ? LocalFileSystem.Instance : new UnguardedFileSystem() };
        using var session = CaptureSession.TryOpen(DatabaseInspector.Inspect(path, environment), environment)!;
        File.OpenRead(path).Dispose();
        File.OpenRead(path + "-shm").Dispose();
        OtherProcess.Run("state", path);
        Assert.Equal(isGuarded, File.Exists(path + "-wal")); // without a guard it thinks that it is the last, and tidies up
        if (isGuarded) Assert.Throws<LocksLostException>(() => session.Checkpoint());
    }

    [SkippableFact]
    public void Nothing_is_checkpointed_beside_another_SQLite_in_this_process()
    {
        using var database = new TestDatabase();
        database.App.Insert();
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        session.StartAt(CapturePoint.At(database.Snapshot()));
        var before = database.FileBytes();
        using (var other = SecondSqlite.Open(database.Path))
        {
            other.Execute("SELECT count(*) FROM item");
            Assert.False(session.Checkpoint().IsComplete);
            Assert.Equal(ErrorCode.DatabaseShared, session.CheckpointError!.Code);
            Assert.Equal(before, database.FileBytes());
        }

        Assert.Throws<LocksLostException>(() => session.TryCapture(new FrameImage(database.App.Image())));
    }

    [SkippableFact]
    public void A_checkpoint_of_ours_still_works_under_the_guard()
    {
        using var database = new TestDatabase();
        database.App.Insert();
        using var session = CaptureSession.TryOpen(database.Info, new())!;
        session.StartAt(CapturePoint.At(database.Snapshot()));
        Assert.True(session.Checkpoint().IsComplete);
        Assert.Null(session.CheckpointError);
    }

    private static ILockGuard Guard(TestDatabase database)
    {
        var files = LocalFileSystem.Instance;
        return files.TryGuardLocks(database.Path, files.Identify(database.Path)!.Value, files.Identify(database.WalIndexPath)!.Value)!;
    }

    /// <summary>The system's list of locks on the two files, without their numbers. The kernel gives it in pieces: where others come and go meanwhile, a lock may be in none or in two of them.</summary>
    private static List<string> LocksOn(TestDatabase database)
    {
        var inodes = new[] { database.Path, database.WalIndexPath }.Where(File.Exists)
            .Select(p => ":" + LocalFileSystem.Instance.Identify(p)!.Value.Low + " ").ToList();
        for (var last = Read(); ; last = Read())
            if (last.SequenceEqual(Read())) return last;

        List<string> Read() => [.. File.ReadLines("/proc/locks").Where(l => inodes.Exists(i => l.Contains(i, StringComparison.Ordinal)))
            .Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..])).Distinct().Order()];
    }
}
