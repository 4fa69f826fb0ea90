using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>
/// Goes on from another snapshot where the chosen one is damaged, or the WAL that leads from it to a newer one, if nothing can be lost by that. From an
/// older one: the WAL reaches into the index of the damaged one, and each index is tied to the end of the one before, as in a stream of ours. In a
/// replica of Litestream nothing would show that the end of an index is gone. From a newer one: it is not ahead of the point, as far as the WAL of its
/// index tells, or there is none.
/// </summary>
/// <param name="make">Carries out a plan.</param>
internal sealed class FallbackRestore(Func<RestorePlan, Task<RestoreResult>> make)
{
    /// <summary>Restores.</summary>
    /// <param name="plan">The first choice.</param>
    /// <exception cref="LitestreamException">The first failure, when no other snapshot leads there.</exception>
    public async Task<RestoreResult> RunAsync(RestorePlan plan)
    {
        try
        {
            return await make(plan).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (Damage.Is(e))
        {
            foreach (var other in plan.Alternatives.Select(a => WayAround(plan, e, a)).OfType<RestorePlan>())
            {
                if (await TryAsync(other).ConfigureAwait(false) is { } result)
                    return result with { Warnings = [RestoreWarning.SnapshotSkipped(plan, e, other), .. result.Warnings] };
            }

            throw;
        }
    }

    private static RestorePlan? WayAround(RestorePlan plan, LitestreamException damage, RestorePlan other)
    {
        if (other.Snapshot.Index < plan.Snapshot.Index) return damage.Target == plan.Snapshot.Key ? FromOlder(other, plan.Snapshot.Index) : null;
        if (RestoreObstacle.Parse(damage.Target) is not { } obstacle || obstacle.At >= new Position(other.Snapshot.Index, 0)) return null;
        return other.Segments.Count > 0 || other.Next?.Start.Index != other.Snapshot.Index ? other : null;
    }

    // only what follows on an index proves that it is whole
    private static RestorePlan? FromOlder(RestorePlan other, int damaged) => other switch
    {
        { Segments: [.., var last] } when last.Start.Index >= damaged => other with { NeedsLinks = true, Next = null },
        { Segments.Count: > 0, Next: { } next } when next.Start.Index >= damaged => other with { NeedsLinks = true },
        _ => null,
    };

    private async Task<RestoreResult?> TryAsync(RestorePlan plan)
    {
        try
        {
            return await make(plan).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (Damage.IsOfChain(e))
        {
            // what is wrong is the first choice; this is only no way around it
            return null;
        }
    }
}
