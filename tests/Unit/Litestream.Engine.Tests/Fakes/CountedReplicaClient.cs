using Litestream.Engine.Replicas;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>Counts what a replica is asked.</summary>
internal sealed class CountedReplicaClient(IReplicaClient inner) : IReplicaClient
{
    private int _requests;

    public int Requests => Volatile.Read(ref _requests);

    public string Url => inner.Url;

    public bool CostsPerRequest => inner.CostsPerRequest;

    private IReplicaClient Counted
    {
        get
        {
            Interlocked.Increment(ref _requests);
            return inner;
        }
    }

    public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken) => Counted.ListObjectsAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) => Counted.ListFoldersAsync(prefix, cancellationToken);

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) => Counted.GetAsync(key, cancellationToken);

    public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken) =>
        Counted.PutAsync(key, content, time, cancellationToken);

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => Counted.GetVersionedAsync(key, cancellationToken);

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
        Counted.TryPutVersionedAsync(key, content, version, cancellationToken);

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => inner.ConfirmAsync(prefix, cancellationToken);

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => Counted.DeleteAsync(keys, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
