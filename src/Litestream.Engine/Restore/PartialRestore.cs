using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>Restores as much as can be of a damaged replica: of the plan and its alternatives the one that leads furthest when it is carried out, or the
/// beginning of one.</summary>
/// <param name="make">Carries out a plan, and throws away what it makes unless it is told that this is wanted.</param>
internal sealed class PartialRestore(Func<RestorePlan, Func<RestoreResult, bool>, Task<RestoreResult>> make)
{
    private readonly List<(RestorePlan Plan, LitestreamException Error)> _failures = [];
    private RestoreResult? _best;

    /// <summary>Restores.</summary>
    /// <param name="plan">The first choice.</param>
    /// <exception cref="LitestreamException">The first failure, when no way leads to a database.</exception>
    public async Task<RestoreResult> RunAsync(RestorePlan plan)
    {
        var left = new Queue<RestorePlan>([plan, .. plan.Alternatives]);
        while (left.TryDequeue(out var candidate))
        {
            if (MayLeadFurther(candidate) && await TryAsync(candidate, left).ConfigureAwait(false) is { } made) return made;
        }

        var warnings = _best is null ? [] : Skipped(_best);
        var search = new SoundSearch(p => make(p, _ => false), () => true);
        foreach (var (failed, error) in _failures)
        {
            if (_best is not null && (error.Code != ErrorCode.IntegrityCheckFailed || !MayLeadFurther(failed))) continue;
            if (await search.FindAsync(failed, error).ConfigureAwait(false) is { } sound) (_best, warnings) = (sound, []);
        }

        if (_best is not null)
        {
            var made = await make(_best.Plan, _ => true).ConfigureAwait(false);
            return made with { Warnings = [.. warnings, .. made.Warnings] };
        }

        var first = _failures[0].Error;
        throw new LitestreamException(first.Code, first.Message, first.Target,
            $"Of {_failures.Count} ways to restore the generation {plan.Generation} none leads to a database; another generation may.", first);
    }

    // what can't be surpassed is made at once: mostly that is the first one
    private async Task<RestoreResult?> TryAsync(RestorePlan candidate, Queue<RestorePlan> left)
    {
        try
        {
            var isMade = false;
            var result = await make(candidate, r => isMade = !left.Concat(_failures.Select(f => f.Plan)).Any(p => MayLeadFurther(p, r))).ConfigureAwait(false);
            if (isMade) return result with { Warnings = [.. Skipped(result), .. result.Warnings] };
            _best = result;
        }
        catch (LitestreamException e) when (Damage.IsOfChain(e))
        {
            _failures.Add((candidate, e));
        }

        return null;
    }

    private IEnumerable<RestoreWarning> Skipped(RestoreResult used) => _failures.Select(f => RestoreWarning.SnapshotSkipped(f.Plan, f.Error, used.Plan));

    // what is tried because of that does lead further: it begins behind where the best one ends
    private bool MayLeadFurther(RestorePlan plan) => _best is null || MayLeadFurther(plan, _best);

    // the WAL is the same from whichever snapshot: where one ends in it, another only gets on that is behind
    private static bool MayLeadFurther(RestorePlan plan, RestoreResult than) => than.Loss is not null && new Position(plan.Snapshot.Index, 0) > than.Reached;
}
