using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Tests.Retention;

/// <summary>A replica whose deletion ends after so many objects, in whatever order the store deletes those of a request.</summary>
internal sealed class InterruptedClient(IReplicaClient inner, int deletions, Random random) : IReplicaClient
{
    private int _left = deletions;

    public string Url => inner.Url;

    public bool CostsPerRequest => inner.CostsPerRequest;

    public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListObjectsAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListFoldersAsync(prefix, cancellationToken);

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken) =>
        inner.PutAsync(key, content, time, cancellationToken);

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => inner.GetVersionedAsync(key, cancellationToken);

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
        inner.TryPutVersionedAsync(key, content, version, cancellationToken);

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => inner.ConfirmAsync(prefix, cancellationToken);

    public async Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys.OrderBy(_ => random.Next()))
        {
            if (_left-- == 0) throw new LitestreamException(ErrorCode.ReplicaUnavailable, "The store went away.", key, "Wait.");
            await inner.DeleteAsync([key], cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
