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
    /// <summary>Whether the replica ends exactly there: who has shipped more without a note of it may have lost some of that again.</summary>
    public bool IsExact { get; init; }

    /// <summary>Where the last WAL segment that was shipped by then begins; null if that is not known, or there was none.</summary>
    public Position? LastSegment { get; init; }

    /// <summary>Indexes of the newest snapshots by then, in order, some of which retention may have let go; null if they are not known.</summary>
    public IReadOnlyList<int>? Snapshots { get; init; }

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
        if (shipped?.Generation != generation || shipped.Position is not { } position) return head;
        return head is { } known && known.Position > position
            ? known
            : new(position, shipped.IsLast) { LastSegment = new[] { shipped.LastSegment, head?.LastSegment }.Max(), Snapshots = head?.Snapshots };
    }

    /// <summary>Whether all is known of the end of one of the generations that a replica has: then nothing else need tell of them.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="shipped">What the state beside the database tells; null if nothing.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Errors.LitestreamException">A Replica… code.</exception>
    public static async Task<bool> IsKnownAsync(IReplicaClient replica, ShippedEnd? shipped, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        var head = await ReplicaHead.ReadAsync(replica, cancellationToken).ConfigureAwait(false);
        GenerationId? noted = GenerationId.TryParse(head?.Generation, out var id) ? id : null;
        foreach (var generation in new[] { shipped?.Generation, noted }.OfType<GenerationId>().Distinct())
        {
            if (await FindAsync(replica, generation, shipped, cancellationToken).ConfigureAwait(false) is { IsLast: true }
                && await new ReplicaCatalog(replica).ReadGenerationAsync(generation, cancellationToken).ConfigureAwait(false) is not null)
                return true;
        }

        return false;
    }

    /// <summary>With what a replication has confirmed to be there by now.</summary>
    /// <param name="known">What is known besides; null if nothing is.</param>
    /// <param name="position">To where it has shipped.</param>
    public static KnownEnd Confirmed(KnownEnd? known, Position position) =>
        known is { } end && end.Position >= position ? end with { IsLast = true, IsExact = false } : new(position) { LastSegment = known?.LastSegment, Snapshots = known?.Snapshots };

    /// <summary>Whether what is there up to a position leaves open that there was more.</summary>
    internal bool IsOpen(Position? newest) => !IsLast || (IsExact && newest > Position);

    /// <summary>Whether a generation that was read to a commit reaches it.</summary>
    /// <param name="reached">The last commit that there is.</param>
    internal EndProof Compare(Position reached)
    {
        if (reached >= Position) return EndProof.Proven;
        if (Position.Offset > 0 || reached.Index != Position.Index - 1) return EndProof.Lost;
        // an index that is still empty: only the last segment tells how long the one before it was
        return LastSegment is not { } last ? EndProof.NotProvable : reached > last ? EndProof.Proven : EndProof.Lost;
    }

    /// <summary>Whether a generation lacks the last of its objects by their names alone.</summary>
    /// <param name="listed">The generation.</param>
    internal bool IsMissingFrom(GenerationInfo listed)
    {
        var snapshot = listed.Snapshots.Count > 0 ? listed.Snapshots[^1].Index : -1;
        if (Snapshots is [.., var newest] && snapshot < newest) return true;
        // a retention may let all segments before a snapshot go, but none of them without those before it
        return listed.Segments.Count > 0 ? listed.Segments[^1].Start < LastSegment : snapshot <= LastSegment?.Index;
    }
}
