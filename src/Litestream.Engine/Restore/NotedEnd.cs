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
                    ? Missing(plan.Generation, lost) : null;
            }

            return head.End.Compare(reached) == EndProof.Lost && !await HasGrownAsync(plan, cancellationToken).ConfigureAwait(false)
                ? Missing(plan.Generation, head, reached) : null;
        }
        catch (Exception e) when (e is LitestreamException || FileErrors.IsFileError(e))
        {
            // what was restored is no worse for that
            return null;
        }
    }

    // a replication may have shipped more, and stopped, since the plan was made
    private async Task<bool> HasGrownAsync(RestorePlan plan, CancellationToken cancellationToken)
    {
        if (await new ReplicaCatalog(replica).ReadGenerationAsync(plan.Generation, cancellationToken).ConfigureAwait(false) is not { } now) return true;
        var last = plan.Segments.Count == 0 ? new(plan.Snapshot.Index, -1) : plan.Segments[^1].Start;
        return now.Segments.Any(s => s.Start > last) || now.Snapshots.Any(s => s.Index > last.Index);
    }

    private static RestoreWarning Missing(GenerationId restored, ReplicaHead lost) => new(RestoreWarningKind.EndMissing, lost.Generation,
        $"The generation {lost.Generation}, in which its replication was stopped at {RestorePoint.Format(lost.At)}, is not there any more: generation {restored} was restored, "
        + "and all commits after it are missing from the restored database.");

    private static RestoreWarning Missing(GenerationId generation, ReplicaHead head, Position reached) => new(RestoreWarningKind.EndMissing, generation.ToString(),
        $"The generation {generation} went to index {head.Index}, offset {head.Offset} when its replication was stopped at {RestorePoint.Format(head.At)}, and ends at "
        + $"index {reached.Index}, offset {reached.Offset} now: objects are missing from its end, and the commits in them from the restored database.");
}
