using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Restore;

/// <summary>
/// Names what is to blame where a restored database does not pass SQLite's check though all checksums hold: the snapshot, if the same point is sound from the
/// one before it, or else the first index with which the check fails. Tried out is what a restore that may be partial does, so the last good point is one.
/// </summary>
/// <param name="tryOut">Carries out a plan, and throws away what it makes.</param>
/// <param name="mayGoOn">Whether there is time for another try.</param>
internal sealed class CheckBlame(Func<RestorePlan, Task<RestoreResult>> tryOut, Func<bool> mayGoOn)
{
    private readonly SoundSearch _search = new(tryOut, mayGoOn);

    /// <summary>Finds it.</summary>
    /// <param name="plan">What was restored.</param>
    /// <param name="error">How the check failed; it names the snapshot.</param>
    /// <returns>The error with what was found; as it was where nothing could be.</returns>
    public async Task<LitestreamException> FindAsync(RestorePlan plan, LitestreamException error)
    {
        List<RestorePlan> older = [.. plan.Alternatives.Where(a => a.Snapshot.Index < plan.Snapshot.Index)];
        try
        {
            if (older is [var before, ..] && await _search.TryAsync(before).ConfigureAwait(false) is { } whole)
                return Blame(plan.Snapshot.Key, $"The snapshot is to blame: from that of index {before.Snapshot.Index} the same point is sound.", whole, error);
            foreach (var chain in (IEnumerable<RestorePlan>)[plan, .. older])
            {
                if (!mayGoOn()) break;
                if (await _search.FindAsync(chain, error).ConfigureAwait(false) is { } sound) return Blame(sound.Loss!.Key, sound.Loss.Message, sound, error);
            }
        }
        catch (Exception e) when (e is LitestreamException || FileErrors.IsFileError(e))
        {
            // only where the damage begins stays unknown
        }

        return error;
    }

    private static LitestreamException Blame(string key, string what, RestoreResult good, LitestreamException error) => new(
        error.Code, $"{error.Message} {what}", key,
        "Check the live database too: a replica of a damaged one is damaged. The last good restore point is "
        + $"{new RestorePoint(good.Reached.Index, good.Reached.Offset, good.RestoredTo)}, from the snapshot of index {good.Plan.Snapshot.Index}: "
        + "a restore that may be partial goes there.", error);
}
