using System.Runtime.CompilerServices;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;

namespace Litestream.Fuzz.Fakes;

/// <summary>A replica that answers what it was told to, whether that makes sense or not.</summary>
internal sealed class MemoryReplica : IReplicaClient
{
    /// <summary>Objects with their content as stored.</summary>
    public Dictionary<string, byte[]> Objects { get; } = [];

    /// <summary>What listings show.</summary>
    public List<ReplicaObject> Listing { get; } = [];

    public string Url => "memory";

    public bool CostsPerRequest => false;

    /// <summary>Stores an object and lists it.</summary>
    public void Add(string key, byte[] content, DateTimeOffset time)
    {
        Objects[key] = content;
        Listing.RemoveAll(o => o.Key == key);
        Listing.Add(new(key, content.Length, time));
    }

    public async IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in Listing)
            if (item.Key.StartsWith(prefix, StringComparison.Ordinal) && !item.Key[prefix.Length..].Contains('/', StringComparison.Ordinal))
                yield return item;
        await Task.CompletedTask;
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in Listing)
            if (item.Key.StartsWith(prefix, StringComparison.Ordinal) && item.Key.IndexOf('/', prefix.Length) is > 0 and var end)
                yield return item.Key[prefix.Length..end];
        await Task.CompletedTask;
    }

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) => Objects.TryGetValue(key, out var content)
        ? Task.FromResult<Stream>(new MemoryStream(content, writable: false))
        : throw new LitestreamException(ErrorCode.ObjectMissing, "Missing.", key, "Put it there.");

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult(Objects.TryGetValue(key, out var content) ? new VersionedObject(content, "1") : null);

    public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
