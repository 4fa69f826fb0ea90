using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Live;
using Litestream.Engine.Tests.Locks;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>An application that copies its own database has lost its locks by that, and goes on: nothing of ours may take its WAL from it, whether it shows in /proc or not.</summary>
[Collection("locks")]
public sealed class LostLocksTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public LostLocksTests() => Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere locks are not lost, or nothing is removed.");

    public void Dispose() => _database.Dispose();

    [SkippableFact]
    public async Task A_stop_leaves_the_WAL_to_whoever_has_it_open()
    {
        await using (var replication = RunningReplication.Start(_database))
        {
            _database.App.Insert();
            await replication.SyncAsync();
            _database.CloseApp();
            using var application = new FileHolder(_database.WalPath);
            await replication.StopAsync();
            Assert.True(File.Exists(_database.WalPath));
        }

        await using (var replication = RunningReplication.Start(_database)) await replication.StopAsync();
        Assert.False(File.Exists(_database.WalPath));
    }

    [SkippableFact]
    public async Task A_database_at_rest_is_let_go_with_its_WAL_where_somebody_has_it_open()
    {
        await using var replication = RunningReplication.Start(
            _database, o => o with { IdleAfter = TimeSpan.FromMilliseconds(200), CheckpointQuietInterval = TimeSpan.FromMilliseconds(50) });
        _database.App.Insert();
        await replication.SyncAsync();
        using var application = new FileHolder(_database.WalPath);
        _database.CloseApp();
        await replication.UntilAsync(() => replication.Status.State == Engine.Replication.ReplicationState.Idle, "the database is let go");

        Assert.True(File.Exists(_database.WalPath));
    }

    [SkippableFact]
    public async Task What_it_uses_is_not_opened_while_it_lives()
    {
        _database.App.Insert();
        _database.App.LeaveWalOnClose();
        _database.CloseApp();
        var index = await File.ReadAllBytesAsync(_database.WalIndexPath);
        using (new FileHolder(_database.WalPath))
        {
            var refused = Assert.Throws<LitestreamException>(() => CaptureSession.TryOpen(DatabaseInspector.Inspect(_database.Path, new()), new()));
            Assert.Equal(ErrorCode.DatabaseLocked, refused.Code);
            Assert.Equal(refused.Message, (await Assert.ThrowsAsync<LitestreamException>(() => LiveReader.OpenAsync(_database.Path, new(), default))).Message);
            Assert.Equal(index, await File.ReadAllBytesAsync(_database.WalIndexPath));
        }

        using var session = CaptureSession.TryOpen(DatabaseInspector.Inspect(_database.Path, new()), new());
        Assert.NotNull(session);
    }

    [SkippableFact]
    public async Task A_reader_leaves_a_WAL_that_has_come_in_the_place_of_its_own()
    {
        _database.App.Insert();
        _database.CloseApp();
        var reader = await LiveReader.OpenAsync(_database.Path, new(), default);
        File.Delete(_database.WalPath);
        await File.WriteAllBytesAsync(_database.WalPath, [1, 2, 3]);

        reader.Dispose();

        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(_database.WalPath));
    }
}
