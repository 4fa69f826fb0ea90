using System.Runtime.CompilerServices;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>A replica whose listings and stores pass through a test's hands: as one that shows late what was just put there, or is slow.</summary>
internal sealed class HookedReplicaClient(IReplicaClient inner) : IReplicaClient
{
    /// <summary>Is given a prefix and what is listed there, and gives what is shown; called on any thread.</summary>
    public Func<string, IReadOnlyList<ReplicaObject>, Task<IReadOnlyList<ReplicaObject>>> Lists { get; set; } = (_, found) => Task.FromResult(found);

    /// <summary>Is awaited before an object is stored; called on any thread.</summary>
    public Func<string, CancellationToken, Task> Puts { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Is awaited with an object's content before it is stored; called on any thread.</summary>
    public Func<Stream, CancellationToken, Task> Reads { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Is awaited after an object was stored as the version that was expected; called on any thread.</summary>
    public Func<Task> Versioned { get; set; } = () => Task.CompletedTask;

    public string Url => inner.Url;

    public bool CostsPerRequest => inner.CostsPerRequest;

    public async IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var found in await Lists(prefix, await inner.ListObjectsAsync(prefix, cancellationToken).ToListAsync(cancellationToken))) yield return found;
    }

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) => inner.ListFoldersAsync(prefix, cancellationToken);

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public async Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken)
    {
        await Puts(key, cancellationToken);
        await Reads(content, cancellationToken);
        await inner.PutAsync(key, content, time, cancellationToken);
    }

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => inner.GetVersionedAsync(key, cancellationToken);

    public async Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        var isStored = await inner.TryPutVersionedAsync(key, content, version, cancellationToken);
        await Versioned();
        return isStored;
    }

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => inner.ConfirmAsync(prefix, cancellationToken);

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => inner.DeleteAsync(keys, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
