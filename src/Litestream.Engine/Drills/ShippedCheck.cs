using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Engine.Spool;
using Litestream.Engine.Verification;

namespace Litestream.Engine.Drills;

/// <summary>Holds the latest state, as a drill has restored it, against what the database's metadata folder says was shipped. It tells of a lost end also where no orderly stop has left a
/// head in the replica, and the database can't be read.</summary>
/// <param name="replica">The replica.</param>
/// <param name="request">Names the database.</param>
/// <param name="environment">Files.</param>
internal sealed class ShippedCheck(IReplicaClient replica, DrillRequest request, EngineEnvironment environment)
{
    private ShippedEnd? _shipped;

    /// <summary>Why the folder can't be looked into; null if it can, or there is none.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Looks into the folder. Before the replica is listed: what is shipped meanwhile is more, never less.</summary>
    public void Look()
    {
        try
        {
            _shipped = request.IsLatest ? Find() : null;
        }
        catch (LitestreamException e)
        {
            Obstacle = $"Whether all is there that was shipped, the metadata folder can't tell: {e.Message}";
        }
    }

    /// <summary>Compares.</summary>
    /// <param name="restored">What was restored.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>That it ends before what was shipped; null where it does not, or that is not certain.</returns>
    public async Task<RestoreWarning?> CheckAsync(RestoreResult restored, CancellationToken cancellationToken)
    {
        if (_shipped is not { } shipped || !restored.Plan.IsLatest) return null;
        try
        {
            var missing = restored.Plan.Generation == shipped.Generation
                ? await CompareAsync(shipped, restored, cancellationToken).ConfigureAwait(false)
                : await FindGoneAsync(shipped, restored.Plan, cancellationToken).ConfigureAwait(false);
            // unless the replica was given up meanwhile, or another generation has begun and retention let this one go
            return missing is not null && Find()?.Generation == shipped.Generation ? missing : null;
        }
        catch (LitestreamException)
        {
            // what was restored is no worse for that
            return null;
        }
    }

    private async Task<RestoreWarning?> CompareAsync(ShippedEnd shipped, RestoreResult restored, CancellationToken cancellationToken)
    {
        if (await KnownEnd.FindAsync(replica, shipped.Generation, shipped, cancellationToken).ConfigureAwait(false) is not { } end || end.Compare(restored.Reached) != EndProof.Lost) return null;
        return await new NotedEnd(replica).HasGrownAsync(restored.Plan, cancellationToken).ConfigureAwait(false)
            ? null : NotedEnd.EndMissing(shipped.Generation, end.Position, "as the metadata folder of its database tells", restored.Reached);
    }

    // a segment is shipped only behind a snapshot: so all of the generation was there
    private async Task<RestoreWarning?> FindGoneAsync(ShippedEnd shipped, RestorePlan plan, CancellationToken cancellationToken) =>
        plan.IsOfAnyGeneration && await LostGeneration.IsGoneAsync(replica, shipped.Generation, shipped.At, cancellationToken).ConfigureAwait(false)
            ? NotedEnd.GenerationMissing(plan.Generation, shipped.Generation.ToString(),
                $"of which all up to index {shipped.Position!.Value.Index}, offset {shipped.Position.Value.Offset} was shipped, as the metadata folder of its database tells")
            : null;

    /// <summary>What is certain to be shipped to this replica, and more than nothing.</summary>
    private ShippedEnd? Find() =>
        request.DatabasePath is { } path && ShippedEnd.Find(path, request.MetadataPath, environment)?.For(replica.Url) is { LastSegment: not null } shipped ? shipped : null;
}
