using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>A replica in memory.</summary>
internal sealed class MemoryReplicaClient : IReplicaClient
{
    /// <summary>The objects; tests change them at will.</summary>
    public ConcurrentDictionary<string, (byte[] Content, DateTimeOffset Time)> Objects { get; } = new(StringComparer.Ordinal);

    public string Url => "memory";

    public bool CostsPerRequest { get; set; }

    public async IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var (key, (content, time)) in Objects.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (key.StartsWith(prefix, StringComparison.Ordinal) && !key[prefix.Length..].Contains('/', StringComparison.Ordinal))
                yield return new(key, content.Length, time);
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var names = Objects.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..])
            .Where(k => k.Contains('/', StringComparison.Ordinal)).Select(k => k[..k.IndexOf('/', StringComparison.Ordinal)]);
        foreach (var name in names.Distinct().Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Objects.TryGetValue(key, out var found)
            ? Task.FromResult<Stream>(new MemoryStream(found.Content, writable: false))
            : throw new LitestreamException(ErrorCode.ObjectMissing, $"No object '{key}'.", key, "Put it there.");
    }

    public async Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        Objects[key] = (copy.ToArray(), time);
    }

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult(Objects.TryGetValue(key, out var found) ? new VersionedObject(found.Content, Convert.ToHexString(found.Content)) : null);

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        if (version is null) return Task.FromResult(Objects.TryAdd(key, (content.ToArray(), default)));
        return Task.FromResult(Objects.TryGetValue(key, out var found) && Convert.ToHexString(found.Content) == version
            && Objects.TryUpdate(key, (content.ToArray(), default), found));
    }

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var key in keys) Objects.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
