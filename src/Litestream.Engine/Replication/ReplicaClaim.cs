using Litestream.Engine.Replicas;

namespace Litestream.Engine.Replication;

/// <summary>Whose a replica is, as its lease tells anybody who asks.</summary>
/// <param name="Holder">Who; null where the lease can't be read: the replica is somebody's all the same.</param>
public sealed record ReplicaClaim(LeaseHolder? Holder)
{
    /// <summary>Looks whether a replica is somebody's to write to. One whose replication was killed still is: a lease does not run out.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null if nobody has it.</returns>
    /// <exception cref="Errors.LitestreamException">A Replica… code.</exception>
    public static async Task<ReplicaClaim?> FindAsync(IReplicaClient replica, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        return await replica.GetVersionedAsync(ReplicaLease.Key, cancellationToken).ConfigureAwait(false) is { } lease
            ? new(LeaseHolder.Parse(lease.Content.Span))
            : null;
    }

    /// <summary>For people.</summary>
    public override string ToString() => Holder?.ToString() ?? $"somebody who has changed '{ReplicaLease.Key}'";
}
