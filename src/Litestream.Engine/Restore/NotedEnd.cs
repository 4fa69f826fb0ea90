using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Verification;

namespace Litestream.Engine.Restore;

/// <summary>Holds the latest state of a generation against the head that an orderly stop has left: nothing else tells that objects are gone from the end.</summary>
/// <param name="replica">The replica.</param>
internal sealed class NotedEnd(IReplicaClient replica)
{
    /// <summary>Looks; one request, and a listing only where something seems to be missing.</summary>
    /// <param name="plan">What was restored, all of it.</param>
    /// <param name="reached">Where that ends.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>That it ends before the head; null where it does not, or that can't be told.</returns>
    public async Task<RestoreWarning?> CheckAsync(RestorePlan plan, Position reached, CancellationToken cancellationToken)
    {
        try
        {
            if (await ReplicaHead.ReadAsync(replica, cancellationToken).ConfigureAwait(false) is not { } head) return null;
            if (head.Generation != plan.Generation.ToString())
            {
                return plan.IsOfAnyGeneration && await LostGeneration.FindAsync(replica, cancellationToken).ConfigureAwait(false) is { } lost
                    ? GenerationMissing(plan.Generation, lost.Generation, $"in which its replication was stopped at {RestorePoint.Format(lost.At)}") : null;
            }

            return head.End.Compare(reached) == EndProof.Lost && !await HasGrownAsync(plan, cancellationToken).ConfigureAwait(false)
                ? EndMissing(plan.Generation, head.End.Position, $"when its replication was stopped at {RestorePoint.Format(head.At)}", reached) : null;
        }
        catch (Exception e) when (e is LitestreamException || FileErrors.IsFileError(e))
        {
            // what was restored is no worse for that
            return null;
        }
    }

    /// <summary>Whether a replication has shipped more since the plan was made, and may have stopped.</summary>
    /// <param name="plan">What was restored.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<bool> HasGrownAsync(RestorePlan plan, CancellationToken cancellationToken)
    {
        if (await new ReplicaCatalog(replica).ReadGenerationAsync(plan.Generation, cancellationToken).ConfigureAwait(false) is not { } now) return true;
        var last = plan.Segments.Count == 0 ? new(plan.Snapshot.Index, -1) : plan.Segments[^1].Start;
        return now.Segments.Any(s => s.Start > last) || now.Snapshots.Any(s => s.Index > last.Index);
    }

    /// <summary>That a generation is gone as a whole.</summary>
    /// <param name="restored">What was restored instead.</param>
    /// <param name="lost">What is gone.</param>
    /// <param name="how">How it is known that it was there: a part of a sentence behind its name.</param>
    public static RestoreWarning GenerationMissing(GenerationId restored, string lost, string how) => new(RestoreWarningKind.EndMissing, lost,
        $"The generation {lost}, {how}, is not there any more: generation {restored} was restored, and all commits after it are missing from the restored database.");

    /// <summary>That a generation ends too early.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="end">To where it went.</param>
    /// <param name="how">How that is known: a part of a sentence behind the position.</param>
    /// <param name="reached">Where it ends.</param>
    public static RestoreWarning EndMissing(GenerationId generation, Position end, string how, Position reached) => new(RestoreWarningKind.EndMissing, generation.ToString(),
        $"The generation {generation} went to index {end.Index}, offset {end.Offset} {how}, and ends at "
        + $"index {reached.Index}, offset {reached.Offset} now: objects are missing from its end, and the commits in them from the restored database.");
}
