using Litestream.Engine.Errors;

namespace Litestream.Engine.Restore;

/// <summary>Restores as much as can be of a damaged replica: the plan that leads furthest, else its alternatives, else the beginning
/// of one.</summary>
/// <param name="make">Carries out a plan; only to try it out where told so.</param>
internal sealed class PartialRestore(Func<RestorePlan, bool, Task<RestoreResult>> make)
{
    /// <summary>Restores.</summary>
    /// <param name="plan">The first choice.</param>
    /// <exception cref="LitestreamException">The first failure, when no way leads to a database.</exception>
    public async Task<RestoreResult> RunAsync(RestorePlan plan)
    {
        var failures = new List<(RestorePlan Plan, LitestreamException Error)>();
        foreach (var candidate in (IEnumerable<RestorePlan>)[plan, .. plan.Alternatives])
        {
            try
            {
                var result = await make(candidate, false).ConfigureAwait(false);
                return result with { Warnings = [.. failures.Select(f => RestoreWarning.SnapshotSkipped(f.Plan, f.Error, candidate)), .. result.Warnings] };
            }
            catch (LitestreamException e) when (Damage.IsOfChain(e))
            {
                failures.Add((candidate, e));
            }
        }

        var search = new SoundSearch(p => make(p, true), () => true);
        foreach (var (failed, error) in failures)
        {
            if (await search.FindAsync(failed, error).ConfigureAwait(false) is { } sound) return await make(sound.Plan, false).ConfigureAwait(false);
        }

        var first = failures[0].Error;
        throw new LitestreamException(first.Code, first.Message, first.Target,
            $"Of {failures.Count} ways to restore the generation {plan.Generation} none leads to a database; another generation may.", first);
    }
}
