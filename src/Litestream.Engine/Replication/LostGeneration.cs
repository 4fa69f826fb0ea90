using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Replication;

/// <summary>The generation that an orderly stop has noted in a replica and that is gone from there as a whole: no other object tells of it.</summary>
public static class LostGeneration
{
    /// <summary>Looks for it.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>What was noted; null if nothing is known to be lost.</returns>
    /// <exception cref="Errors.LitestreamException">A Replica… code.</exception>
    public static async Task<ReplicaHead?> FindAsync(IReplicaClient replica, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        if (await ReplicaHead.ReadAsync(replica, cancellationToken).ConfigureAwait(false) is not { } head || !GenerationId.TryParse(head.Generation, out var noted)) return null;
        var catalog = new ReplicaCatalog(replica);
        if (await catalog.ReadGenerationAsync(noted, cancellationToken).ConfigureAwait(false) is not null) return null;
        // whoever has written since may have let it go: Litestream's retention deletes former generations and knows nothing of the head
        await foreach (var other in catalog.ListGenerationsAsync(cancellationToken).ConfigureAwait(false))
            if (other.UpdatedAt > head.At) return null;
        // who lets it go on purpose deletes the head first
        return await ReplicaHead.ReadAsync(replica, cancellationToken).ConfigureAwait(false) == head ? head : null;
    }
}
