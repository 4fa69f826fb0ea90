using Litestream.Engine.Replicas;

namespace Litestream.Engine.Tests.Security;

/// <summary>A replica that lists names, and holds nothing.</summary>
internal sealed class ListedNames(params string[] names) : IReplicaClient
{
    public string Url => "memory";

    public bool CostsPerRequest => false;

    public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken) =>
        names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Select(n => new ReplicaObject(n, 1, DateTimeOffset.UnixEpoch)).ToAsyncEnumerable();

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) => AsyncEnumerable.Empty<string>();

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
