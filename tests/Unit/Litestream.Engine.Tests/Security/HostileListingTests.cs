using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Security;

/// <summary>Whatever a store or a folder lists, nothing outside the replica is read, and nothing outside the target is written.</summary>
public sealed class HostileListingTests : IDisposable
{
    private const string Generation = "generations/0123456789abcdef/";

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("x")]
    [InlineData("ap")]
    [InlineData("/etc/passwd")]
    [InlineData("other/generations/0123456789abcdef/wal/00000000_00000000.wal.lz4")]
    public async Task A_store_that_lists_what_it_was_not_asked_for_is_told(string key)
    {
        using var store = HostileStore.Start(HostileStore.Content(key) + HostileStore.Folder(key));
        await using var replica = store.Open();
        var error = await Assert.ThrowsAsync<LitestreamException>(() => replica.ListObjectsAsync("", default).ToListAsync().AsTask());
        Assert.Equal(ErrorCode.ReplicaUnavailable, error.Code);
        error = await Assert.ThrowsAsync<LitestreamException>(() => replica.ListFoldersAsync("", default).ToListAsync().AsTask());
        Assert.Equal(ErrorCode.ReplicaUnavailable, error.Code);
    }

    [Fact]
    public async Task An_object_without_a_time_is_an_error_that_has_a_name()
    {
        using var store = HostileStore.Start(HostileStore.Content("app/x", time: null));
        await using var replica = store.Open();
        Assert.Equal(ErrorCode.ReplicaUnavailable, (await Assert.ThrowsAsync<LitestreamException>(() => replica.ListObjectsAsync("", default).ToListAsync().AsTask())).Code);
    }

    [Theory]
    [InlineData("../../../../etc/cron.d/")]
    [InlineData("..\\..\\windows/")]
    [InlineData("C:/")]
    [InlineData("0123456789ABCDEF/")]
    [InlineData("0123456789abcdef\n/")]
    [InlineData("0123456789abcde\u0660/")]
    public async Task A_generation_of_another_name_is_none(string name)
    {
        using var store = HostileStore.Start(HostileStore.Folder("app/generations/" + name));
        await using var replica = store.Open();
        var names = await replica.ListFoldersAsync(ObjectKey.Generations, default).ToListAsync();
        Assert.All(names, n => Assert.False(GenerationId.TryParse(n, out _)));
    }

    [Theory]
    [InlineData("../../00000000.snapshot.lz4")]
    [InlineData("00000000.snapshot.lz4/../../x")]
    [InlineData("..\\00000000.snapshot.lz4")]
    [InlineData("/00000000.snapshot.lz4/")]
    [InlineData("0000000A.snapshot.lz4")]
    [InlineData("00000000.SNAPSHOT.LZ4")]
    [InlineData("ffffffff.snapshot.lz4")]
    [InlineData("00000000.snapshot.lz4 ")]
    public async Task An_object_whose_name_is_not_of_the_format_becomes_no_key(string name)
    {
        await using var replica = new ListedNames(Generation + "snapshots/" + name, Generation + "wal/" + name);
        var generation = await new ReplicaCatalog(replica).ReadGenerationAsync(GenerationId.Parse("0123456789abcdef"), default);
        // what is made of a name is spelt anew from numbers
        if (generation is not null) Assert.All(generation.Snapshots.Select(s => s.Key), key => Assert.Equal(Generation + "snapshots/00000000.snapshot.lz4", key));
    }

    [Fact]
    public async Task Very_many_and_very_long_names_cost_no_more_than_they_are()
    {
        var names = Enumerable.Range(0, 20_000).Select(i => Generation + "wal/" + new string('a', 1000) + i).ToArray();
        await using var replica = new ListedNames(names);
        Assert.Null(await new ReplicaCatalog(replica).ReadGenerationAsync(GenerationId.Parse("0123456789abcdef"), default));
    }

    [SkippableFact]
    public async Task A_link_in_a_folder_does_not_lead_a_search_around_in_circles()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links ask for rights on Windows.");
        Directory.CreateDirectory(_folder["replicas/a"]);
        Directory.CreateSymbolicLink(_folder["replicas/a/loop"], _folder["replicas"]);
        await using var root = new FolderReplicaClient(_folder["replicas"], LocalFileSystem.Instance);
        Assert.Empty(await new ReplicaFinder(root).FindAsync(8, _ => { }, default).ToListAsync());
    }

    [SkippableFact]
    public async Task Deleting_an_object_that_is_a_link_leaves_what_it_leads_to()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links ask for rights on Windows.");
        var key = Generation + "wal/00000000_00000000.wal.lz4";
        await File.WriteAllTextAsync(_folder["precious"], "x");
        Directory.CreateDirectory(Path.GetDirectoryName(_folder["replica/" + key])!);
        File.CreateSymbolicLink(_folder["replica/" + key], _folder["precious"]);
        await using var replica = new FolderReplicaClient(_folder["replica"], LocalFileSystem.Instance);
        await replica.PutAsync(key, new MemoryStream([1]), DateTimeOffset.UnixEpoch, default);
        Assert.Equal("x", await File.ReadAllTextAsync(_folder["precious"]));
        File.Delete(_folder["replica/" + key]);
        File.CreateSymbolicLink(_folder["replica/" + key], _folder["precious"]);
        await replica.DeleteAsync([key], default);
        Assert.Equal("x", await File.ReadAllTextAsync(_folder["precious"]));
    }

    public void Dispose() => _folder.Dispose();
}
