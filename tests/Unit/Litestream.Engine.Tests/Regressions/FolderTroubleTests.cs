using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Small troubles with our own folder or the file watcher that end a replication, hang it, or let the user's
/// WAL grow.</summary>
public sealed class FolderTroubleTests
{
    /// <summary>A volume that fails in the middle of a write fails the tidying up as well (read-only remount, stale mount, a scanner
    /// that holds the file on Windows).</summary>
    [Fact]
    public async Task A_half_segment_that_cannot_be_deleted_at_once_does_not_end_the_replication()
    {
        using var database = new TestDatabase();
        var files = new HookedFileSystem();
        await using var replication = RunningReplication.Start(database, environment: new() { Files = files });
        await replication.SyncAsync();
        var failures = 2;
        files.Before = (operation, path) =>
        {
            if (operation is "flush" or "delete" && path.EndsWith(".wal.lz4.tmp", StringComparison.Ordinal)
                && path.Contains("-litestream-ps", StringComparison.Ordinal) && Interlocked.Decrement(ref failures) >= 0)
                throw new IOException("The device does not answer for now.");
        };
        database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    /// <summary>While the spool can't be written nothing checkpoints and our reader stays: "the user's WAL is never the spool".</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_WAL_is_let_go_while_the_spool_cannot_be_written(bool fails)
    {
        using var database = new TestDatabase();
        database.App.Execute("PRAGMA wal_autocheckpoint=100; PRAGMA busy_timeout=2000");
        var files = new HookedFileSystem();
        await using var replication = RunningReplication.Start(
            database, o => o with { CheckpointPageCount = 100, ForcedCheckpointPageCount = 1000, SpoolLimit = 1 << 20 }, new() { Files = files });
        await replication.SyncAsync();
        files.Before = (operation, path) =>
        {
            if (fails && operation == "write" && path.Contains("-litestream-ps", StringComparison.Ordinal))
                throw new IOException("No space left on device", 28);
        };
        var before = new FileInfo(database.WalPath).Length;
        for (var commit = 0; commit < 300; commit++)
        {
            database.App.Execute("DELETE FROM item");
            database.App.Insert(50, 3000);
            await Task.Delay(10);
        }

        var grown = new FileInfo(database.WalPath).Length - before;
        Assert.True(grown < 10 << 20, $"the WAL has grown by {grown >> 20} MiB with a spool limit of 1 MiB");
    }

    /// <summary>Every watcher takes an inotify instance; 128 are allowed to an account by default.</summary>
    [Fact]
    public async Task A_database_is_replicated_by_looking_when_it_cannot_be_watched()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, environment: new() { Files = new Unwatchable() });
        database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    /// <summary>A file that was removed from the spool before it was shipped is tried for ever; nothing recovers but a restart.</summary>
    [Fact]
    public async Task A_segment_that_is_gone_from_the_spool_begins_a_generation()
    {
        using var database = new TestDatabase();
        var client = new FlakyReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(
            database.Path, [client], o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) });
        await replication.SyncAsync();
        client.IsDown = true;
        database.App.Insert();
        await replication.UntilAsync(() => replication.Status.SpoolBytes > 0, "something waits for the replica");
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(database.Path)!, "*.wal.lz4", SearchOption.AllDirectories))
            if (file.Contains("-litestream-ps", StringComparison.Ordinal)) File.Delete(file);
        client.IsDown = false;
        var sync = replication.SyncAsync();
        Assert.True(await Task.WhenAny(sync, Task.Delay(TimeSpan.FromSeconds(15))) == sync, $"hangs; {replication.Count(ReplicationEventKind.GenerationStarted)} generation, {replication.Count(ReplicationEventKind.RetryScheduled)} tries");
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    /// <summary>SQLite follows the link and has its -wal beside the target; we look for it beside the link.</summary>
    [Fact]
    public async Task A_database_behind_a_symbolic_link_is_replicated()
    {
        using var database = new TestDatabase();
        File.CreateSymbolicLink(database["link.db"], database.Path);
        await using var replication = RunningReplication.Start(database["link.db"], [RunningReplication.Folder(database["replica"])]);
        database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(database.App.Image(), await RunningReplication.RestoreAsync(database));
    }

    private sealed class Unwatchable : LocalFiles
    {
        public override IDisposable Watch(string path, Action changed) => throw new IOException(
            "The configured user limit (128) on the number of inotify instances has been reached, or the per-process limit on the number of open file descriptors has been reached.");
    }
}
