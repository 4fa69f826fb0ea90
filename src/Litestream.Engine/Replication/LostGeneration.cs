using System.Runtime.CompilerServices;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Replication;

/// <summary>Generations that are gone from a replica as a whole, so that no listing shows them.</summary>
public static class LostGeneration
{
    /// <summary>Looks for the one that an orderly stop has noted.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>What was noted; null if nothing is known to be lost.</returns>
    /// <exception cref="Errors.LitestreamException">A Replica… code.</exception>
    public static async Task<ReplicaHead?> FindAsync(IReplicaClient replica, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        if (await ReplicaHead.ReadAsync(replica, cancellationToken).ConfigureAwait(false) is not { } head || !GenerationId.TryParse(head.Generation, out var noted)) return null;
        if (!await IsGoneAsync(replica, noted, head.At, cancellationToken).ConfigureAwait(false)) return null;
        // who lets it go on purpose deletes the head first
        return await ReplicaHead.ReadAsync(replica, cancellationToken).ConfigureAwait(false) is { } still && still.Generation == head.Generation ? head : null;
    }

    /// <summary>Whether a generation that was there is gone, and nobody has written to the replica since who may have let it go: Litestream's retention deletes former generations and
    /// knows nothing of what tells of them.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="since">When it was there, UTC.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <exception cref="Errors.LitestreamException">A Replica… code.</exception>
    internal static async Task<bool> IsGoneAsync(IReplicaClient replica, GenerationId generation, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var catalog = new ReplicaCatalog(replica);
        if (await catalog.ReadGenerationAsync(generation, cancellationToken).ConfigureAwait(false) is not null) return false;
        await foreach (var other in catalog.ListGenerationsAsync(cancellationToken).ConfigureAwait(false))
            if (other.UpdatedAt > since) return false;
        return true;
    }

    /// <summary>Looks for those of which nothing but the marks of their snapshots is left: whoever lets a generation go deletes these, too.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <exception cref="Errors.LitestreamException">A Replica… code.</exception>
    public static async IAsyncEnumerable<GenerationId> FindByMarksAsync(IReplicaClient replica, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        var catalog = new ReplicaCatalog(replica);
        await foreach (var name in replica.ListFoldersAsync(ObjectKey.Generations, cancellationToken).ConfigureAwait(false))
        {
            if (!GenerationId.TryParse(name, out var id) || await catalog.ReadGenerationAsync(id, cancellationToken).ConfigureAwait(false) is not null) continue;
            await foreach (var left in replica.ListObjectsAsync(ObjectKey.Snapshots(id), cancellationToken).ConfigureAwait(false))
            {
                if (!ObjectKey.TryParseSnapshotMark(left.Key.AsSpan(ObjectKey.Snapshots(id).Length), out _)) continue;
                yield return id;
                break;
            }
        }
    }
}
