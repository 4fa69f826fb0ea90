using Litestream.Engine.Errors;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Only the presence of something in <c>snapshots/</c> is ever looked at again. A replica that lost segments, or
/// was put back from an older copy, takes more segments, syncs are confirmed, and what is restored lacks commits.</summary>
public sealed class RolledBackReplicaTests
{
    [Fact]
    public async Task A_sync_with_nothing_to_ship_sees_that_the_last_segment_is_gone()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        await replication.SyncAsync();
        for (var commit = 0; commit < 3; commit++)
        {
            database.App.Insert();
            await replication.SyncAsync();
        }

        File.Delete(Segments(database)[^1]); // put back from an older copy
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_sync_after_the_segments_are_gone_is_restorable()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        await replication.SyncAsync();
        database.App.Insert();
        await replication.SyncAsync();
        Directory.Delete(Path.GetDirectoryName(Segments(database)[0])!, recursive: true);
        database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    [Fact]
    public async Task A_sync_is_restorable_when_a_foreign_file_is_left_where_the_snapshot_was()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        database.App.Insert();
        await replication.SyncAsync();
        var snapshot = Directory.GetFiles(database["replica"], "*.snapshot.lz4", SearchOption.AllDirectories)[0];
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(snapshot)!, "Thumbs.db"), "");
        File.Delete(snapshot);
        database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    /// <summary>The worst: the end of an index was missing and the next index followed, also over a restart. No error, no warning, and
    /// SQLite's check passed: a database that never existed.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_state_that_never_was_is_restored_when_an_index_has_lost_its_end(bool restarts)
    {
        using var database = new TestDatabase();
        database.App.Execute("CREATE TABLE account(id INTEGER PRIMARY KEY, amount INTEGER, filler); CREATE TABLE balance(total INTEGER, filler)");
        database.App.Execute("INSERT INTO account VALUES(1, 0, zeroblob(3000)), (2, 0, zeroblob(3000)), (3, 0, zeroblob(3000)), (4, 0, zeroblob(3000)); INSERT INTO balance VALUES(0, zeroblob(3000))");
        var replication = RunningReplication.Start(database, o => o with { MaxSegmentsPerIndex = 2 });
        await replication.SyncAsync();
        var generation = replication.Generation;
        for (var commit = 1; commit <= (restarts ? 3 : 2); commit++)
        {
            database.App.Execute($"BEGIN; UPDATE account SET amount = amount + 1 WHERE id = {commit}; UPDATE balance SET total = total + 1; COMMIT");
            await replication.SyncAsync();
        }

        if (restarts)
        {
            await replication.StopAsync();
            await replication.DisposeAsync();
        }

        File.Delete(Segments(database)[1]); // the last one of index 0
        if (restarts)
        {
            replication = RunningReplication.Start(database, o => o with { MaxSegmentsPerIndex = 2 });
            await replication.SyncAsync();
        }

        database.App.Execute("BEGIN; UPDATE account SET amount = amount + 1 WHERE id = 4; UPDATE balance SET total = total + 1; COMMIT");
        await replication.SyncAsync();
        await using (replication)
        {
            if (restarts)
            {
                // nobody looks through all that was ever shipped; the indexes are tied to one another, so a restore does not pass over it
                var error = await Assert.ThrowsAsync<LitestreamException>(() => RunningReplication.RestoreAsync(database));
                Assert.Equal(ErrorCode.ObjectMissing, error.Code);
                return;
            }

            Assert.NotEqual(generation, replication.Generation);
            Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
        }
    }

    private static string[] Segments(TestDatabase database) =>
        [.. Directory.GetFiles(database["replica"], "*.wal.lz4", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
