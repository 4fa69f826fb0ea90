using System.Runtime.CompilerServices;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Tests.Replication;

/// <summary>A replica that can be out of reach, or slow.</summary>
internal sealed class FlakyReplicaClient(IReplicaClient inner) : IReplicaClient
{
    private int _failures;

    /// <summary>Whether nothing works.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether only putting does not work.</summary>
    public bool RefusesPuts { get; set; }

    /// <summary>How many of the next puts fail.</summary>
    public int FailingPuts;

    /// <summary>How long each put takes besides.</summary>
    public TimeSpan Delay { get; set; }

    public int Failures => Volatile.Read(ref _failures);

    public string Url => inner.Url;

    public bool CostsPerRequest => inner.CostsPerRequest;

    public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken) =>
        Guard(inner.ListObjectsAsync(prefix, cancellationToken), cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        Guard(inner.ListFoldersAsync(prefix, cancellationToken), cancellationToken);

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken)
    {
        FailIf(IsDown);
        return inner.GetAsync(key, cancellationToken);
    }

    public async Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken)
    {
        FailIf(IsDown || RefusesPuts || FailingPuts > 0 && Interlocked.Decrement(ref FailingPuts) >= 0);
        await Task.Delay(Delay, cancellationToken);
        await inner.PutAsync(key, content, time, cancellationToken);
    }

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken)
    {
        FailIf(IsDown);
        return inner.GetVersionedAsync(key, cancellationToken);
    }

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        FailIf(IsDown || RefusesPuts);
        return inner.TryPutVersionedAsync(key, content, version, cancellationToken);
    }

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken)
    {
        FailIf(IsDown);
        return inner.ConfirmAsync(prefix, cancellationToken);
    }

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        FailIf(IsDown);
        return inner.DeleteAsync(keys, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async IAsyncEnumerable<T> Guard<T>(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FailIf(IsDown);
        await foreach (var item in items.WithCancellation(cancellationToken)) yield return item;
    }

    private void FailIf(bool fails)
    {
        if (!fails) return;
        Interlocked.Increment(ref _failures);
        throw new LitestreamException(ErrorCode.ReplicaUnavailable, "The replica is out of reach.", Url, "Wait.");
    }
}
