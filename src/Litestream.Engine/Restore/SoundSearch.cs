using Litestream.Engine.Errors;

namespace Litestream.Engine.Restore;

/// <summary>
/// Looks for the last index up to which a restore makes a sound database. Where checksums hold and the database does not, objects do not belong together,
/// and only whole indexes can be told apart: the search goes by halves.
/// </summary>
/// <param name="tryOut">Carries out a plan, and throws away what it makes.</param>
/// <param name="mayGoOn">Whether there is time for another try.</param>
internal sealed class SoundSearch(Func<RestorePlan, Task<RestoreResult>> tryOut, Func<bool> mayGoOn)
{
    /// <summary>Finds it.</summary>
    /// <param name="failed">A plan whose restore has failed.</param>
    /// <param name="error">With what.</param>
    /// <returns>What is made up to there, with the plan for it and what that loses; null where the snapshot alone is no way, or time was short.</returns>
    public async Task<RestoreResult?> FindAsync(RestorePlan failed, LitestreamException error)
    {
        var indexes = failed.Segments.Select(s => s.Start.Index).Distinct().ToList();
        if (indexes.Count == 0) return null;
        var (sound, broken) = (0, indexes.Count);
        if (await TryAsync(UpTo(0)).ConfigureAwait(false) is not { } best) return null;
        while (broken - sound > 1 && mayGoOn())
        {
            var middle = (sound + broken) / 2;
            if (await TryAsync(UpTo(middle)).ConfigureAwait(false) is { } better) (sound, best) = (middle, better);
            else broken = middle;
        }

        var plan = UpTo(sound);
        return best with { Plan = plan, Loss = plan.Loss };

        RestorePlan UpTo(int count)
        {
            var lost = failed.Segments.Where(s => s.Start.Index >= indexes[count]).ToList();
            return failed with
            {
                Segments = [.. failed.Segments.Take(failed.Segments.Count - lost.Count)],
                StopOffset = null,
                Beyond = [],
                Loss = new(error.Code, Damage.Is(error) ? error.Target : lost[0].Key,
                    Damage.Is(error) ? error.Message : $"With {NameOf(count)}, from the object '{lost[0].Key}' on, the database does not pass "
                    + "SQLite's check: the index does not belong to what is before it, or the end of the index before is missing.",
                    [.. lost, .. failed.Loss?.Segments ?? []]),
            };
        }

        string NameOf(int count) => broken - count == 1 ? $"index {indexes[count]}" : $"one of the indexes {indexes[count]} to {indexes[broken - 1]}";
    }

    /// <summary>Tries a plan out; null where what the replica holds is in the way.</summary>
    public async Task<RestoreResult?> TryAsync(RestorePlan plan)
    {
        try
        {
            return await tryOut(plan).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (Damage.IsOfChain(e))
        {
            return null;
        }
    }
}
