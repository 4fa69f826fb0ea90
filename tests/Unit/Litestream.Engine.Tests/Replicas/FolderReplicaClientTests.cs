using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Replicas;

public sealed class FolderReplicaClientTests : ReplicaClientContract, IDisposable
{
    private readonly TempFolder _folder = new();

    protected override TimeSpan TimeResolution => TimeSpan.FromMicroseconds(1);

    private string Root => _folder["deep/er/replica"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Put_overwrites_what_an_earlier_attempt_left_behind()
    {
        Directory.CreateDirectory(Root);
        await File.WriteAllTextAsync(Path.Combine(Root, "a.tmp"), "a long left-over that is not to shine through");
        await PutAsync("a", [1]);
        Assert.Equal([1], await ReadAsync("a"));
        Assert.False(File.Exists(Path.Combine(Root, "a.tmp")));
    }

    [Fact]
    public async Task List_passes_over_incomplete_files()
    {
        await PutAsync("x/a", [1]);
        await File.WriteAllTextAsync(Path.Combine(Root, "x", "b.tmp"), "half");
        Assert.Equal(["x/a"], (await ListAsync("x/")).Select(o => o.Key));
    }

    [Fact]
    public async Task Delete_leaves_no_empty_folder_and_keeps_the_root()
    {
        foreach (var key in (string[])["x/y/a", "x/z/b"]) await PutAsync(key, [1]);
        await Client.DeleteAsync(["x/y/a"], default);
        Assert.Equal([Path.Combine(Root, "x", "z")], Directory.GetDirectories(Path.Combine(Root, "x")));
        await Client.DeleteAsync(["x/z/b"], default);
        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\\..\\..\\outside")]
    [InlineData("c:outside")]
    [InlineData("")]
    public async Task Keys_cannot_leave_the_root(string key)
    {
        var e = await Assert.ThrowsAsync<LitestreamException>(() => Client.GetAsync(key, default));
        Assert.Equal(ErrorCode.InvalidArgument, e.Code);
        await Assert.ThrowsAsync<LitestreamException>(() => Client.DeleteAsync([key], default));
        await Assert.ThrowsAsync<LitestreamException>(() => Client.PutAsync(key, new MemoryStream([1]), DateTimeOffset.UnixEpoch, default));
    }

    [Fact]
    public async Task List_says_so_when_the_replica_is_a_file()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root)!);
        await File.WriteAllTextAsync(Root, "SQLite format 3");
        var e = await Assert.ThrowsAsync<LitestreamException>(() => ListAsync("generations/"));
        Assert.Equal(ErrorCode.ReplicaFormatUnknown, e.Code);
    }

    [Fact]
    public async Task Put_says_ReplicaUnavailable_when_a_file_is_in_the_way()
    {
        await PutAsync("generations", [1]);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => PutAsync("generations/x", [1]));
        Assert.Equal(ErrorCode.ReplicaUnavailable, e.Code);
    }

    [Theory]
    [InlineData(28, ErrorCode.DiskFull)]
    [InlineData(5, ErrorCode.ReplicaUnavailable)]
    public async Task Put_names_a_write_failure_and_removes_the_half_file(int error, ErrorCode code)
    {
        var files = new FaultyFileSystem { WriteFault = () => new IOException("no", error) };
        await using var client = new FolderReplicaClient(Root, files);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => client.PutAsync("a", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default));
        Assert.Equal(code, e.Code);
        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    [Fact]
    public async Task Put_names_a_refused_access()
    {
        var files = new FaultyFileSystem { WriteFault = () => new UnauthorizedAccessException("no") };
        await using var client = new FolderReplicaClient(Root, files);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => client.PutAsync("a", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default));
        Assert.Equal(ErrorCode.ReplicaAccessDenied, e.Code);
    }

    [Fact]
    public async Task Put_does_not_count_as_done_when_the_flush_fails()
    {
        var files = new FaultyFileSystem { FlushFault = () => new IOException("no", 5) };
        await using var client = new FolderReplicaClient(Root, files);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => client.PutAsync("a", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default));
        Assert.Equal(ErrorCode.ReplicaUnavailable, e.Code);
        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    [Fact]
    public async Task Put_makes_each_step_durable_before_the_next_relies_on_it()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root)!);
        var files = new FaultyFileSystem();
        await using var client = new FolderReplicaClient(Root, files);
        await client.PutAsync("x/a", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default);
        Assert.Equal(
            ["flush folder er", "flush folder replica", "write a.tmp", "flush a.tmp", "time a.tmp", "rename a.tmp a", "flush folder x"],
            files.Log);
    }

    [Fact]
    public async Task Confirm_flushes_names_that_a_run_that_died_may_not_have_flushed()
    {
        Directory.CreateDirectory(Path.Combine(Root, "x", "y"));
        var files = new FaultyFileSystem();
        await using var client = new FolderReplicaClient(Root, files);
        await client.ConfirmAsync("x/y/", default);
        await client.ConfirmAsync("x/z/", default);
        Assert.Equal(["flush folder y", "flush folder x", "flush folder replica"], files.Log);
    }

    private protected override Task<IReplicaClient> OpenAsync() =>
        Task.FromResult<IReplicaClient>(new FolderReplicaClient(Root, LocalFileSystem.Instance));
}
