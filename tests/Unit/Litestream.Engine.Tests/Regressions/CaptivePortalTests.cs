using System.Net;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A network that answers every request with a page for logging in, status 200, was taken for a store: its listings were empty, and what was put
/// there counted as stored.</summary>
public sealed class CaptivePortalTests : IAsyncDisposable
{
    private readonly IReplicaClient _client = ReplicaClients.Open("s3://bucket/app", "/", new(), new S3Settings
    {
        Endpoint = new("http://store.test"),
        Credential = new("key", "secret"),
        Transport = new Portal(),
    });

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public Task Its_page_is_no_empty_listing() => IsToldAsync(() => _client.ListObjectsAsync("", default).ToListAsync().AsTask());

    [Fact]
    public Task Nothing_is_stored_there() => IsToldAsync(() => _client.PutAsync("object", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default));

    [Fact]
    public Task No_lease_is_taken_there() => IsToldAsync(() => _client.TryPutVersionedAsync("lease", new byte[] { 1 }, null, default));

    private static async Task IsToldAsync(Func<Task> request)
    {
        var error = await Assert.ThrowsAsync<LitestreamException>(request);
        Assert.Equal(ErrorCode.ReplicaUnavailable, error.Code);
        Assert.Contains("log-in", error.Hint, StringComparison.Ordinal);
    }

    private sealed class Portal : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html><body>Please log in.</body></html>"), RequestMessage = request });
    }
}
