using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Verification;

/// <summary>To where a generation is known to have been shipped.</summary>
/// <param name="Position">The end of a commit, or the beginning of an index.</param>
/// <param name="IsLast">Whether nothing was shipped after it.</param>
public readonly record struct KnownEnd(Position Position, bool IsLast = true)
{
    /// <summary>All that is known of the end of a generation; null if nothing is. The state beside the database may be of another generation, or not be as far as this
    /// replica, where another one is behind: then the replica's own head tells more.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="shipped">What the state beside the database tells; null if nothing.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Errors.LitestreamException">A Replica… code.</exception>
    public static async Task<KnownEnd?> FindAsync(IReplicaClient replica, GenerationId generation, ShippedEnd? shipped, CancellationToken cancellationToken)
    {
        var head = await ReplicaHead.FindEndAsync(replica, generation, cancellationToken).ConfigureAwait(false);
        if (shipped?.Generation != generation) return head;
        return head is { } known && known.Position > shipped.Position ? known with { IsLast = true } : new(shipped.Position);
    }

    /// <summary>Whether a generation that was read to a commit reaches it.</summary>
    /// <param name="known">It.</param>
    /// <param name="reached">The last commit that there is.</param>
    internal static EndProof Compare(Position known, Position reached) =>
        reached >= known ? EndProof.Proven
        // an index that is still empty: how long the one before it was, nobody has noted
        : known.Offset == 0 && reached.Index == known.Index - 1 ? EndProof.NotProvable
        : EndProof.Lost;
}
