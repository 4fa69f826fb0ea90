using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>Replication goes on after a database was replaced under its metadata folder, and put back.</summary>
public sealed class ReplicationAfterRestoreTests : ReplacementTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_replicated_is_what_is_there(bool isReplicatedBetween)
    {
        var changed = await ReplicateAndChangeAsync();
        var safetyCopy = (await RestoreAsync()).SafetyCopy!;
        if (isReplicatedBetween) await ReplicateAsync(Replicated, generations: 2);

        new RestoreUndo(new()).Run(Database.Path, safetyCopy);

        // the file is the one that the metadata folder knows, unless it knows another one by now
        await ReplicateAsync(changed, generations: isReplicatedBetween ? 3 : 1);
    }

    [Fact]
    public async Task After_a_kill_too()
    {
        Database.App.Insert(20);
        // the copy costs this process its locks on the files, and a last sync waits until they are sure again: it is of no interest here
        await using (var replication = RunningReplication.Start(Database, o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(200) }))
        {
            await replication.SyncAsync();
            Database.App.Insert(5);
            // as a kill leaves it: state and WAL stand where the last sync left them
            CopyFolder(Path.GetDirectoryName(Database.Path)!, Database["killed"]);
        }

        var path = Path.Combine(Database["killed"], "app.db");
        var safetyCopy = (await RestoreAsync(path)).SafetyCopy!;
        new RestoreUndo(new()).Run(path, safetyCopy);
        await using var again = RunningReplication.Start(path, [RunningReplication.Folder(Database["killed/replica"])]);
        await again.SyncAsync();
        await again.StopAsync();

        Assert.Equal(25, await CountAsync(Database["killed/replica"]));
    }

    private async Task<long> CountAsync(string replica)
    {
        await using var client = RunningReplication.Folder(replica);
        var target = Database[$"counted-{Guid.NewGuid():N}.db"];
        await new Restorer(new()).RestoreAsync(client, await new RestorePlanner(client).PlanAsync(new(), default), target, new() { Check = IntegrityCheckMode.Full }, null, default);
        using var app = Application.Open(target);
        return app.Number("SELECT count(*) FROM item");
    }

    private async Task ReplicateAsync(byte[] expected, int generations)
    {
        await using (var replication = RunningReplication.Start(Database))
        {
            await replication.SyncAsync();
            await replication.StopAsync();
        }

        Assert.Equal(expected, await RunningReplication.RestoreAsync(Database));
        Assert.Equal(generations, (await RunningReplication.GenerationsAsync(Database)).Count);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal) && Path.GetFileName(f) != "lock"))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = File.Create(target);
            source.CopyTo(copy);
        }
    }
}
