using System.Runtime.CompilerServices;

namespace Litestream.Engine.Replicas;

/// <summary>Counts what is asked of a replica, and what comes from it; all else passes through.</summary>
/// <param name="replica">The replica; it stays the caller's to dispose.</param>
/// <param name="reading">Is told the stored bytes of each reading of an object; null if nobody wants to know.</param>
public sealed class MeteredReplicaClient(IReplicaClient replica, Action<int>? reading = null) : IReplicaClient
{
    private long _bytesRead;
    private long _listed;
    private long _asked;
    private long _deleted;

    /// <summary>Stored bytes that were read of objects.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Names of objects and folders that listings have shown.</summary>
    public long Listed => Volatile.Read(ref _listed);

    /// <summary>Objects that were opened, or asked for their time.</summary>
    public long Asked => Volatile.Read(ref _asked);

    /// <summary>Objects that were deleted.</summary>
    public long Deleted => Volatile.Read(ref _deleted);

    /// <inheritdoc/>
    public string Url => replica.Url;

    /// <inheritdoc/>
    public bool CostsPerRequest => replica.CostsPerRequest;

    /// <inheritdoc/>
    public RequestCounts? Requests => replica.Requests;

    /// <inheritdoc/>
    public TimeSpan? ClockDifference => replica.ClockDifference;

    /// <inheritdoc/>
    public bool HidesTimes => replica.HidesTimes;

    /// <inheritdoc/>
    public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken) =>
        CountAsync(replica.ListObjectsAsync(prefix, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        CountAsync(replica.ListFoldersAsync(prefix, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<Stream> GetAsync(string key, CancellationToken cancellationToken)
    {
        var stored = await replica.GetAsync(key, cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _asked);
        return new MeteredStream(stored, Note);
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> GetTimeAsync(string key, CancellationToken cancellationToken)
    {
        var time = await replica.GetTimeAsync(key, cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _asked);
        return time;
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken) =>
        replica.PutAsync(key, content, time, cancellationToken);

    /// <inheritdoc/>
    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => replica.GetVersionedAsync(key, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
        replica.TryPutVersionedAsync(key, content, version, cancellationToken);

    /// <inheritdoc/>
    public Task TidyAsync(CancellationToken cancellationToken) => replica.TidyAsync(cancellationToken);

    /// <inheritdoc/>
    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => replica.ConfirmAsync(prefix, cancellationToken);

    /// <inheritdoc/>
    public async Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        await replica.DeleteAsync(keys, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _deleted, keys.Count);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Note(int read)
    {
        Interlocked.Add(ref _bytesRead, read);
        reading?.Invoke(read);
    }

    private async IAsyncEnumerable<T> CountAsync<T>(IAsyncEnumerable<T> names, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in names.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Interlocked.Increment(ref _listed);
            yield return name;
        }
    }
}
