using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Xunit;

namespace Litestream.Engine.Tests.Replicas;

/// <summary>What every replica client has to do, whatever its store is.</summary>
public abstract class ReplicaClientContract : IAsyncLifetime
{
    private const string Key = "generations/0123456789abcdef/wal/00000000_00000000.wal.lz4";
    private static readonly DateTimeOffset s_time = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    /// <summary>Smallest step of time that the store keeps.</summary>
    protected abstract TimeSpan TimeResolution { get; }

    private protected IReplicaClient Client { get; private set; } = null!;

    public async Task InitializeAsync() => Client = await OpenAsync();

    public async Task DisposeAsync() => await Client.DisposeAsync();

    [SkippableFact]
    public async Task Get_returns_the_bytes_that_were_put()
    {
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        await PutAsync(Key, content);
        Assert.Equal(content, await ReadAsync(Key));
    }

    [SkippableFact]
    public async Task Put_reads_from_the_present_position()
    {
        await Client.PutAsync(Key, new MemoryStream([1, 2, 3, 4]) { Position = 2 }, s_time, default);
        Assert.Equal([3, 4], await ReadAsync(Key));
    }

    [SkippableFact]
    public async Task Put_stores_an_empty_object()
    {
        await PutAsync(Key, []);
        Assert.Empty(await ReadAsync(Key));
        Assert.Equal(0, Assert.Single(await ListAsync("generations/0123456789abcdef/wal/")).Size);
    }

    [SkippableFact]
    public async Task Put_replaces_an_object_of_the_same_key()
    {
        await PutAsync(Key, [1, 2, 3]);
        await PutAsync(Key, [4]);
        Assert.Equal([4], await ReadAsync(Key));
    }

    [SkippableFact]
    public async Task List_shows_key_size_and_time()
    {
        await PutAsync(Key, [1, 2, 3]);
        var found = Assert.Single(await ListAsync("generations/0123456789abcdef/wal/"));
        Assert.Equal(Key, found.Key);
        Assert.Equal(3, found.Size);
        Assert.InRange((found.Time - s_time).Duration(), TimeSpan.Zero, TimeResolution);
        Assert.Equal(TimeSpan.Zero, found.Time.Offset);
    }

    [SkippableFact]
    public async Task List_is_in_ordinal_order_and_not_recursive()
    {
        foreach (var name in (string[])["b", "a", "B", "a/x", "_"]) await PutAsync("top/" + name.Replace("a/x", "folder/x", StringComparison.Ordinal), [1]);
        Assert.Equal(["top/B", "top/_", "top/a", "top/b"], (await ListAsync("top/")).Select(o => o.Key));
        Assert.Equal(["folder"], await FoldersAsync("top/"));
        Assert.Equal(["top"], await FoldersAsync(""));
        Assert.Empty(await ListAsync(""));
    }

    [SkippableFact]
    public async Task List_is_empty_where_nothing_is()
    {
        Assert.Empty(await ListAsync("generations/"));
        Assert.Empty(await FoldersAsync(""));
        Assert.Empty(await FoldersAsync("generations/0123456789abcdef/"));
    }

    [SkippableFact]
    public async Task List_does_not_take_a_longer_name_for_a_folder_of_the_prefix()
    {
        await PutAsync("generations2/x", [1]);
        Assert.Empty(await ListAsync("generations/"));
        Assert.Empty(await FoldersAsync("generations/"));
    }

    [SkippableFact]
    public async Task Get_says_ObjectMissing_where_nothing_is()
    {
        var e = await Assert.ThrowsAsync<LitestreamException>(() => Client.GetAsync(Key, default));
        Assert.Equal(ErrorCode.ObjectMissing, e.Code);
        Assert.Equal(Key, e.Target);
        await PutAsync("generations/other", [1]);
        e = await Assert.ThrowsAsync<LitestreamException>(() => Client.GetAsync(Key, default));
        Assert.Equal(ErrorCode.ObjectMissing, e.Code);
    }

    [SkippableFact]
    public async Task Delete_removes_what_is_named_and_nothing_else()
    {
        foreach (var key in (string[])["a/1", "a/2", "a/3"]) await PutAsync(key, [1]);
        await Client.DeleteAsync(["a/1", "a/3", "a/4", "never/was"], default);
        Assert.Equal(["a/2"], (await ListAsync("a/")).Select(o => o.Key));
    }

    [SkippableFact]
    public async Task Put_leaves_nothing_visible_when_the_content_fails()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.PutAsync(Key, new BreakingStream(100_000), s_time, default));
        Assert.Empty(await ListAsync("generations/0123456789abcdef/wal/"));
        await PutAsync(Key, [1]);
        Assert.Equal([1], await ReadAsync(Key));
    }

    [SkippableFact]
    public async Task Put_leaves_the_old_object_when_it_is_cancelled()
    {
        await PutAsync(Key, [1]);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Client.PutAsync(Key, new MemoryStream([2, 3]), s_time, cancelled.Token));
        Assert.Equal([1], await ReadAsync(Key));
    }

    [SkippableFact]
    public async Task Operations_may_run_at_once()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 50), async (i, _) =>
        {
            await PutAsync($"many/{i:d2}", [(byte)i]);
            Assert.Equal([(byte)i], await ReadAsync($"many/{i:d2}"));
        });
        Assert.Equal(50, (await ListAsync("many/")).Count);
    }

    [SkippableFact]
    public async Task A_versioned_object_is_written_by_one_at_a_time()
    {
        Assert.Null(await Client.GetVersionedAsync("lease", default));
        Assert.False(await Client.TryPutVersionedAsync("lease", new byte[] { 0 }, "0123", default));
        Assert.True(await Client.TryPutVersionedAsync("lease", new byte[] { 1 }, null, default));
        Assert.False(await Client.TryPutVersionedAsync("lease", new byte[] { 2 }, null, default));

        var first = await Client.GetVersionedAsync("lease", default);
        Assert.Equal([1], first!.Content.ToArray());
        Assert.True(await Client.TryPutVersionedAsync("lease", new byte[] { 3 }, first.Version, default));
        Assert.False(await Client.TryPutVersionedAsync("lease", new byte[] { 4 }, first.Version, default));
        Assert.Equal([3], (await Client.GetVersionedAsync("lease", default))!.Content.ToArray());

        await Client.DeleteAsync(["lease"], default);
        Assert.Null(await Client.GetVersionedAsync("lease", default));
    }

    [SkippableFact]
    public async Task Of_several_that_make_a_versioned_object_one_succeeds()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Client.TryPutVersionedAsync("lease", new[] { (byte)i }, null, default))));
        Assert.Single(made, true);
        Assert.Equal([(byte)Array.IndexOf(made, true)], (await Client.GetVersionedAsync("lease", default))!.Content.ToArray());
    }

    private protected abstract Task<IReplicaClient> OpenAsync();

    protected Task PutAsync(string key, byte[] content) => Client.PutAsync(key, new MemoryStream(content), s_time, default);

    protected async Task<byte[]> ReadAsync(string key)
    {
        await using var stream = await Client.GetAsync(key, default);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private protected async Task<List<ReplicaObject>> ListAsync(string prefix)
    {
        var found = new List<ReplicaObject>();
        await foreach (var item in Client.ListObjectsAsync(prefix, default)) found.Add(item);
        return found;
    }

    private async Task<List<string>> FoldersAsync(string prefix)
    {
        var found = new List<string>();
        await foreach (var name in Client.ListFoldersAsync(prefix, default)) found.Add(name);
        return found;
    }

    /// <summary>Fails after some bytes, though its length is known.</summary>
    private sealed class BreakingStream(int bytes) : MemoryStream(new byte[bytes * 2])
    {
        public override int Read(Span<byte> buffer) => Position >= bytes
            ? throw new InvalidOperationException("broken")
            : base.Read(buffer[..Math.Min(buffer.Length, 10_000)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}
