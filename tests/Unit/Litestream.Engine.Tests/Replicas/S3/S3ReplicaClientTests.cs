using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>The contract on a server, and what only S3 has.</summary>
public abstract class S3ReplicaClientTests(S3ServerFixture server) : ReplicaClientContract
{
    private protected string Url { get; private set; } = "";

    /// <summary>A listing shows when an object was stored; its own time is in its metadata.</summary>
    protected override TimeSpan TimeResolution => TimeSpan.MaxValue;

    [SkippableFact]
    public async Task A_listing_goes_on_over_pages()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 2500), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await PutAsync($"many/{i:d5}", [1]));
        var found = await ListAsync("many/");
        Assert.Equal(2500, found.Count);
        Assert.Equal(found.Select(o => o.Key).Order(StringComparer.Ordinal), found.Select(o => o.Key));
        await Client.DeleteAsync([.. found.Select(o => o.Key)], default);
        Assert.Empty(await ListAsync("many/"));
    }

    [SkippableFact]
    public async Task A_large_object_goes_in_parts_and_comes_back()
    {
        var content = new byte[100 << 20];
        new Random(1).NextBytes(content);
        await PutAsync("large", content);
        Assert.Equal(content, await ReadAsync("large"));
        using var client = server.Connect();
        Assert.Contains('-', (await client.GetObjectMetadataAsync(Url["s3://".Length..], "large")).ETag);
    }

    [SkippableFact]
    public async Task A_large_object_whose_content_fails_leaves_no_parts()
    {
        var content = new FailingStream(40_000_000, failsAt: 20_000_000);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.PutAsync("large", content, DateTimeOffset.UnixEpoch, default));
        using var client = server.Connect();
        Assert.Empty((await client.ListMultipartUploadsAsync(Url["s3://".Length..])).MultipartUploads ?? []);
        Assert.Empty(await ListAsync(""));
    }

    [SkippableFact]
    public async Task An_object_carries_its_own_time()
    {
        await Client.PutAsync("small", new MemoryStream([1]), DateTimeOffset.FromUnixTimeMilliseconds(1234567890123), default);
        Assert.True(Client.HidesTimes);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1234567890123), await Client.GetTimeAsync("small", default));
        using var client = server.Connect();
        await client.PutObjectAsync(new() { BucketName = Url["s3://".Length..], Key = "foreign", ContentBody = "x" });
        Assert.Null(await Client.GetTimeAsync("foreign", default));
        Assert.Null(await Client.GetTimeAsync("never-was", default));
    }

    [SkippableFact]
    public async Task A_prefix_is_a_folder_of_its_own()
    {
        await using var inner = server.Open(Url + "/a/b/");
        Assert.Equal(Url + "/a/b", inner.Url);
        await inner.PutAsync("x/y", new MemoryStream([1, 2]), DateTimeOffset.UnixEpoch, default);
        Assert.Equal([1, 2], await ReadAsync("a/b/x/y"));
        Assert.Equal("x/y", (await inner.ListObjectsAsync("x/", default).ToListAsync())[0].Key);
        Assert.Equal(["x"], await inner.ListFoldersAsync("", default).ToListAsync());
    }

    [SkippableFact]
    public async Task A_bucket_that_is_not_there_is_told()
    {
        await using var client = server.Open("s3://never-was");
        var e = await Assert.ThrowsAsync<LitestreamException>(async () => await client.ListFoldersAsync("", default).ToListAsync());
        Assert.Equal(ErrorCode.ReplicaNotFound, e.Code);
        Assert.Contains("never-was", e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<LitestreamException>(() => client.PutAsync("x", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default));
        Assert.Equal(ErrorCode.ReplicaNotFound, e.Code);
    }

    [SkippableFact]
    public async Task A_store_that_is_not_there_is_told()
    {
        await using var client = ReplicaClients.Open("s3://bucket", "/", new(), new S3Settings { Endpoint = new("http://127.0.0.1:1"), Credential = new("key", "secret") });
        var e = await Assert.ThrowsAsync<LitestreamException>(async () => await client.ListFoldersAsync("", default).ToListAsync());
        Assert.Equal(ErrorCode.ReplicaUnavailable, e.Code);
        Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
    }

    private protected override async Task<IReplicaClient> OpenAsync() => server.Open(Url = await server.CreateBucketAsync());

    private sealed class FailingStream(int length, int failsAt) : MemoryStream(new byte[length])
    {
        public override int Read(Span<byte> buffer) => Position >= failsAt ? throw new InvalidOperationException("broken") : base.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}
