using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Tests.Drills;

/// <summary>A replica that tells when an object is asked for that is not there.</summary>
internal sealed class GoneClient(IReplicaClient inner, Action missed) : IReplicaClient
{
    public string Url => inner.Url;

    public bool CostsPerRequest => inner.CostsPerRequest;

    public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken) => inner.ListObjectsAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) => inner.ListFoldersAsync(prefix, cancellationToken);

    public async Task<Stream> GetAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.GetAsync(key, cancellationToken);
        }
        catch (LitestreamException e) when (e.Code == ErrorCode.ObjectMissing)
        {
            missed();
            throw;
        }
    }

    public Task PutAsync(string key, Stream content, DateTimeOffset timeOfObject, CancellationToken cancellationToken) => throw Written();

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => throw Written();

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) => throw Written();

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => throw Written();

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => throw Written();

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static InvalidOperationException Written() => new("A drill writes nothing.");
}
