namespace Litestream.Engine.Replicas;

/// <summary>Counts what goes to a replica, and tells what comes from it; all else passes through.</summary>
/// <param name="replica">The replica; it stays the caller's to dispose.</param>
/// <param name="reading">Is told the stored bytes of each reading of an object; null if nobody wants to know.</param>
internal sealed class MeteredReplicaClient(IReplicaClient replica, Action<int>? reading = null) : IReplicaClient
{
    private long _bytesPut;

    /// <summary>Stored bytes of the objects that were put there.</summary>
    public long BytesPut => Volatile.Read(ref _bytesPut);

    public string Url => replica.Url;

    public bool CostsPerRequest => replica.CostsPerRequest;

    public RequestCounts? Requests => replica.Requests;

    public bool HidesTimes => replica.HidesTimes;

    public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken) =>
        replica.ListObjectsAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        replica.ListFoldersAsync(prefix, cancellationToken);

    public async Task<Stream> GetAsync(string key, CancellationToken cancellationToken)
    {
        var stored = await replica.GetAsync(key, cancellationToken).ConfigureAwait(false);
        return reading is null ? stored : new MeteredStream(stored, reading);
    }

    public Task<DateTimeOffset?> GetTimeAsync(string key, CancellationToken cancellationToken) => replica.GetTimeAsync(key, cancellationToken);

    public async Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var size = content.Length - content.Position;
        await replica.PutAsync(key, content, time, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _bytesPut, size);
    }

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => replica.GetVersionedAsync(key, cancellationToken);

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
        replica.TryPutVersionedAsync(key, content, version, cancellationToken);

    public Task TidyAsync(CancellationToken cancellationToken) => replica.TidyAsync(cancellationToken);

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => replica.ConfirmAsync(prefix, cancellationToken);

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        replica.DeleteAsync(keys, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
