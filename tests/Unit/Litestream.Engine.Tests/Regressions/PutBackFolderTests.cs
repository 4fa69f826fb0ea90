using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>The folder of the database, our metadata in it, is put back from a backup. The replica holds a segment
/// of the same name with other contents; it is taken for the one that waits, and the sync is confirmed.</summary>
public sealed class PutBackFolderTests
{
    [Fact]
    public async Task A_segment_of_the_same_name_with_other_contents_is_not_taken_for_ours()
    {
        using var database = new TestDatabase();
        database.App.LeaveWalOnClose();
        await using (var first = RunningReplication.Start(database))
        {
            await first.SyncAsync();
            database.App.Insert();
            await first.SyncAsync();
            await first.StopAsync();
        }

        database.CloseApp();
        var folder = Path.GetDirectoryName(database.Path)!;
        var backup = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.StartsWith(database["replica"], StringComparison.Ordinal)).ToDictionary(f => f, File.ReadAllBytes);

        database.ReopenApp();
        database.App.LeaveWalOnClose();
        await using (var second = RunningReplication.Start(database))
        {
            database.App.Execute("INSERT INTO item(data) VALUES('lost on purpose')");
            await second.SyncAsync();
            Assert.Equal(0, second.Count(ReplicationEventKind.GenerationStarted));
            await second.StopAsync();
        }

        database.CloseApp();
        Directory.Delete(Path.Combine(folder, ".app.db-litestream-ps"), recursive: true);
        foreach (var (path, content) in backup)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // in place, as 'cp' does it: the inode stays
            using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.SetLength(file, content.Length);
            RandomAccess.Write(file, content, 0);
        }

        database.ReopenApp();
        var client = new FlakyReplicaClient(RunningReplication.Folder(database["replica"])) { IsDown = true };
        await using var third = RunningReplication.Start(database.Path, [client]);
        database.App.Execute("INSERT INTO item(data) VALUES('must not be lost')");
        var sync = third.SyncAsync();
        await third.UntilAsync(() => third.Status.SpoolBytes > 0, "something waits for the replica");
        client.IsDown = false;
        await sync;
        var restored = database["restored.db"];
        await File.WriteAllBytesAsync(restored, await RunningReplication.RestoreAsync(database));
        using var app = Application.Open(restored);
        Assert.Equal("must not be lost", app.Text("SELECT data FROM item ORDER BY id DESC"));
    }
}
