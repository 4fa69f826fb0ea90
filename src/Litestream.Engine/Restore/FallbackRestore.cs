using Litestream.Engine.Errors;

namespace Litestream.Engine.Restore;

/// <summary>
/// Goes on from an older snapshot where the chosen one is damaged, if nothing can be lost by that: the WAL reaches into the index of the damaged one,
/// and each index is tied to the end of the one before, as in a stream of ours. In a replica of Litestream nothing would show that the end of an
/// index is gone.
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
        catch (LitestreamException e) when (Damage.Is(e) && e.Target == plan.Snapshot.Key)
        {
            foreach (var older in plan.Alternatives.Where(a => IsProvenBy(a, plan.Snapshot)))
            {
                if (await TryAsync(older).ConfigureAwait(false) is { } result)
                    return result with { Warnings = [RestoreWarning.SnapshotSkipped(plan, e, older), .. result.Warnings] };
            }

            throw;
        }
    }

    // only what follows on an index proves that it is whole
    private static bool IsProvenBy(RestorePlan plan, Format.SnapshotInfo damaged) =>
        plan.Snapshot.Index < damaged.Index && plan.Segments.Any(s => s.Start.Index >= damaged.Index);

    private async Task<RestoreResult?> TryAsync(RestorePlan plan)
    {
        try
        {
            return await make(plan with { NeedsLinks = true }).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (Damage.IsOfChain(e))
        {
            // what is wrong is the first choice; this is only no way around it
            return null;
        }
    }
}
