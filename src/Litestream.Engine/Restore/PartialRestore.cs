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

        foreach (var (failed, error) in failures)
        {
            if (await FindSoundAsync(failed, error).ConfigureAwait(false) is { } sound) return await make(sound, false).ConfigureAwait(false);
        }

        var first = failures[0].Error;
        throw new LitestreamException(first.Code, first.Message, first.Target,
            $"Of {failures.Count} ways to restore the generation {plan.Generation} none leads to a database; another generation may.", first);
    }

    // Where checksums hold and the database does not, objects do not belong together, and only whole indexes can be told apart:
    // looked for, by halves, is the last one up to which all goes well.
    private async Task<RestorePlan?> FindSoundAsync(RestorePlan failed, LitestreamException error)
    {
        var indexes = failed.Segments.Select(s => s.Start.Index).Distinct().ToList();
        if (indexes.Count == 0) return null;
        var (sound, broken) = (0, indexes.Count);
        if (!await IsSoundAsync(UpTo(0)).ConfigureAwait(false)) return null;
        while (broken - sound > 1)
        {
            var middle = (sound + broken) / 2;
            if (await IsSoundAsync(UpTo(middle)).ConfigureAwait(false)) sound = middle;
            else broken = middle;
        }

        return UpTo(sound);

        RestorePlan UpTo(int count)
        {
            var lost = failed.Segments.Where(s => s.Start.Index >= indexes[count]).ToList();
            return failed with
            {
                Segments = [.. failed.Segments.Take(failed.Segments.Count - lost.Count)],
                StopOffset = null,
                Beyond = [],
                Loss = new(error.Code, Damage.Is(error) ? error.Target : lost[0].Key,
                    Damage.Is(error) ? error.Message : $"With index {indexes[count]}, from the object '{lost[0].Key}' on, the database does not pass "
                    + "SQLite's check: the index does not belong to what is before it, or the end of the index before is missing.",
                    [.. lost, .. failed.Loss?.Segments ?? []]),
            };
        }
    }

    private async Task<bool> IsSoundAsync(RestorePlan plan)
    {
        try
        {
            await make(plan, true).ConfigureAwait(false);
            return true;
        }
        catch (LitestreamException e) when (Damage.IsOfChain(e))
        {
            return false;
        }
    }
}
