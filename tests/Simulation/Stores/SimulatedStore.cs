using System.Runtime.CompilerServices;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Stores;

/// <summary>A replica's store with its own troubles: refuses, lists what it held before, takes and then says it has failed, is away for a while.</summary>
internal sealed class SimulatedStore(IReplicaClient inner, Machine machine, SimulatedProcess process, SimulatedReplica replica) : IReplicaClient
{
    public string Url => inner.Url;

    public bool CostsPerRequest => inner.CostsPerRequest;

    public async IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var hidden = Enter(Operation.StoreList, prefix) == Fault.StaleListing
            ? replica.Arrivals.TakeLast(machine.Random.Next(1, 4)).ToHashSet(StringComparer.Ordinal) : [];
        await foreach (var item in inner.ListObjectsAsync(prefix, cancellationToken).ConfigureAwait(false))
            if (!hidden.Contains(item.Key)) yield return item;
    }

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken)
    {
        Enter(Operation.StoreList, prefix);
        return inner.ListFoldersAsync(prefix, cancellationToken);
    }

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) =>
        replica.IsAway ? throw Unavailable(key) : inner.GetAsync(key, cancellationToken);

    public async Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken)
    {
        Enter(Operation.StorePut, key);
        await inner.PutAsync(key, content, time, cancellationToken).ConfigureAwait(false);
        replica.Arrivals.Add(key);
        if (Enter(Operation.StoreStored, key) == Fault.DuplicatePut) throw Unavailable(key);
    }

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) =>
        replica.IsAway ? throw Unavailable(key) : inner.GetVersionedAsync(key, cancellationToken);

    public async Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        Enter(Operation.StorePut, key);
        var stored = await inner.TryPutVersionedAsync(key, content, version, cancellationToken).ConfigureAwait(false);
        return Enter(Operation.StoreStored, key) == Fault.DuplicatePut ? throw Unavailable(key) : stored;
    }

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) =>
        replica.IsAway ? throw Unavailable(prefix) : inner.ConfirmAsync(prefix, cancellationToken);

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        Enter(Operation.StoreDelete, keys.FirstOrDefault() ?? "");
        return inner.DeleteAsync(keys, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Fault Enter(Operation operation, string target) => machine.Enter(process, operation, target) switch
    {
        Fault.Crash => throw new ProcessDiedException(),
        Fault.Error => throw Unavailable(target),
        Fault.Full => throw new LitestreamException(ErrorCode.DiskFull, "The store is full.", target, "Free space there."),
        _ when replica.IsAway => throw Unavailable(target),
        var fault => fault,
    };

    private static LitestreamException Unavailable(string target) =>
        new(ErrorCode.ReplicaUnavailable, "The store does not answer.", target, "Try again.");
}
