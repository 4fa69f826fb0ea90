using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replicas;

/// <summary>A folder whose volume goes away: the mount point that is left is no place for a replica.</summary>
public sealed class FolderVolumeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SteppedFileSystem _files = new();
    private bool _isMounted = true;

    public FolderVolumeTests() => _files.Identifying = (path, identity) =>
        identity is null ? null : identity.Value with { Device = _isMounted && path.StartsWith(Mount, StringComparison.Ordinal) ? 2u : 1u };

    private string Mount => _folder["mnt"];

    [Theory]
    [InlineData("")]
    [InlineData("app")]
    [InlineData("backups/app")]
    public async Task Nothing_is_made_where_the_volume_of_a_replica_was(string below)
    {
        var root = Path.Combine(Mount, below);
        await using var client = new FolderReplicaClient(root, _files);
        await PutAsync(client);
        Unmount();
        Assert.Equal(ErrorCode.ReplicaUnavailable, (await Assert.ThrowsAsync<LitestreamException>(() => PutAsync(client))).Code);
        Assert.Equal(ErrorCode.ReplicaUnavailable, (await Assert.ThrowsAsync<LitestreamException>(() => ListAsync(client))).Code);
        Assert.Empty(Directory.GetFileSystemEntries(Mount));
        _isMounted = true;
        await PutAsync(client);
        Assert.Single(await ListAsync(client));
    }

    [Fact]
    public async Task Nothing_is_missing_and_nothing_is_deleted_where_the_volume_of_a_replica_was()
    {
        var root = Path.Combine(Mount, "app");
        await using var client = new FolderReplicaClient(root, _files);
        await PutAsync(client);
        Unmount();
        Directory.CreateDirectory(root);
        await File.WriteAllTextAsync(Path.Combine(root, "a"), "of the volume below");
        Func<Task>[] operations =
        [
            () => client.GetAsync("a", default), () => client.GetVersionedAsync("a", default), () => client.GetVersionedAsync("b", default),
            () => client.TryPutVersionedAsync("b", new byte[1], null, default), () => client.DeleteAsync(["a"], default), () => client.ConfirmAsync("", default),
        ];
        foreach (var operation in operations)
            Assert.Equal(ErrorCode.ReplicaUnavailable, (await Assert.ThrowsAsync<LitestreamException>(operation)).Code);
        Assert.Equal("of the volume below", await File.ReadAllTextAsync(Path.Combine(root, "a")));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("find")]
    [InlineData("create")]
    public async Task A_volume_that_goes_at_the_last_moment_is_no_answer_either(string at)
    {
        await using var client = new FolderReplicaClient(Mount, _files);
        await PutAsync(client);
        _files.Before = (operation, path) =>
        {
            if (operation == at) Unmount();
        };
        Func<Task> operation = at switch
        {
            "list" => () => ListAsync(client),
            "find" => () => client.GetVersionedAsync("a", default),
            _ => () => PutAsync(client),
        };
        Assert.Equal(ErrorCode.ReplicaUnavailable, (await Assert.ThrowsAsync<LitestreamException>(operation)).Code);
    }

    [Fact]
    public async Task A_volume_that_comes_back_holds_the_lease_and_the_generation_that_it_held()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database.Path, [new FolderReplicaClient(Path.Combine(Mount, "app"), _files)]);
        await replication.SyncAsync();
        _isMounted = false;
        Directory.Move(Mount, _folder["away"]);
        Directory.CreateDirectory(Mount);
        database.App.Insert();
        var retry = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled, 3);
        Assert.Equal(ErrorCode.ReplicaUnavailable, Assert.IsType<LitestreamException>(retry.Error).Code);
        Directory.Delete(Mount);
        Directory.Move(_folder["away"], Mount);
        _isMounted = true;
        await replication.SyncAsync();
        Assert.True(replication.Count(ReplicationEventKind.GenerationStarted) == 1, replication.Told());
    }

    [Fact]
    public async Task A_folder_that_was_deleted_is_made_anew_on_its_volume()
    {
        await using var client = new FolderReplicaClient(Path.Combine(Mount, "app"), _files);
        await PutAsync(client);
        Directory.Delete(Path.Combine(Mount, "app"), recursive: true);
        await PutAsync(client);
        Assert.Single(await ListAsync(client));
    }

    [Fact]
    public async Task A_volume_that_was_seen_is_told_once_so_that_it_can_be_remembered()
    {
        var told = 0;
        await using (var client = new FolderReplicaClient(Path.Combine(Mount, "app"), _files))
        {
            client.Volume.Seen = () => told++;
            await PutAsync(client);
            await PutAsync(client);
            await PutAsync(client);
        }

        Assert.Equal(1, told);
        Unmount();
        await using var later = new FolderReplicaClient(Path.Combine(Mount, "app"), _files);
        later.Volume.WasMounted = true;
        await Assert.ThrowsAsync<LitestreamException>(() => PutAsync(later));
    }

    [Fact]
    public async Task A_folder_on_the_systems_volume_is_made_whenever_it_is_missing()
    {
        _isMounted = false;
        await using var client = new FolderReplicaClient(Path.Combine(Mount, "app"), _files);
        await PutAsync(client);
        Directory.Delete(Mount, recursive: true);
        await PutAsync(client);
        Assert.Single(await ListAsync(client));
    }

    public void Dispose() => _folder.Dispose();

    private void Unmount()
    {
        Directory.Delete(Mount, recursive: true);
        Directory.CreateDirectory(Mount);
        _isMounted = false;
    }

    private static Task PutAsync(FolderReplicaClient client) => client.PutAsync("a", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default);

    private static async Task<List<ReplicaObject>> ListAsync(FolderReplicaClient client) => await client.ListObjectsAsync("", default).ToListAsync();
}
