using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>A replica whose operations fail while a test says so.</summary>
internal sealed class FailingReplicaClient(IReplicaClient inner) : IReplicaClient
{
    /// <summary>Tells for an operation ("get", "put", "list", "confirm", "delete") and a key whether it fails; called on any thread.</summary>
    public Func<string, string, bool> Fails { get; set; } = (_, _) => false;

    public string Url => inner.Url;

    public bool CostsPerRequest { get; set; } = inner.CostsPerRequest;

    public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken)
    {
        Check("list", prefix);
        return inner.ListObjectsAsync(prefix, cancellationToken);
    }

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken)
    {
        Check("list", prefix);
        return inner.ListFoldersAsync(prefix, cancellationToken);
    }

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken)
    {
        Check("get", key);
        return inner.GetAsync(key, cancellationToken);
    }

    public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken)
    {
        Check("put", key);
        return inner.PutAsync(key, content, time, cancellationToken);
    }

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken)
    {
        Check("get", key);
        return inner.GetVersionedAsync(key, cancellationToken);
    }

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        Check("put", key);
        return inner.TryPutVersionedAsync(key, content, version, cancellationToken);
    }

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken)
    {
        Check("confirm", prefix);
        return inner.ConfirmAsync(prefix, cancellationToken);
    }

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys) Check("delete", key);
        return inner.DeleteAsync(keys, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Check(string operation, string key)
    {
        if (Fails(operation, key))
            throw new LitestreamException(ErrorCode.ReplicaUnavailable, $"{operation} of '{key}' fails.", key, "Try again.");
    }
}
