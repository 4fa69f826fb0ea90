using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Drills;

/// <summary>Restores for a drill, while a replication may go on to write to the replica and to delete from it.</summary>
/// <param name="replica">The replica.</param>
/// <param name="request">What the drill does.</param>
/// <param name="environment">Files, time, randomness and VFS.</param>
/// <param name="progress">Is told how far it is.</param>
internal sealed class DrillRestorer(IReplicaClient replica, DrillRequest request, EngineEnvironment environment, IProgress<RestoreProgress>? progress)
{
    private const int MaxTries = 10;

    private readonly ReplicaCatalog _catalog = new(replica);
    private readonly RestorePlanner _planner = new(replica);
    private RestoreRequest _asked = request.Point;

    /// <summary>The latest point of the replica; null if that can't be told.</summary>
    public async Task<RestorePlan?> TryPlanLatestAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _planner.PlanAsync(new(), cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException)
        {
            // the restore says it
            return null;
        }
    }

    /// <summary>Restores what is asked for, unchecked.</summary>
    /// <param name="destination">Full path of the file to make.</param>
    /// <param name="search">Ends the restore; null for nobody.</param>
    /// <param name="cancellationToken">Ends the restore.</param>
    public async Task<RestoreResult> RestoreAsync(string destination, StateSearch? search, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            RestorePlan? plan = null;
            LitestreamException failure;
            try
            {
                if (request.IsRandom) _asked = await DrawAsync(cancellationToken).ConfigureAwait(false);
                plan = await _planner.PlanAsync(_asked, cancellationToken).ConfigureAwait(false);
                return await MakeAsync(plan, destination, IntegrityCheckMode.None, search, cancellationToken).ConfigureAwait(false);
            }
            catch (LitestreamException e) when (tries < MaxTries)
            {
                failure = e;
            }

            if (!await IsOvertakenAsync(failure, plan, cancellationToken).ConfigureAwait(false)) throw failure;
        }
    }

    /// <summary>The last point before damage, restored to be sure; null if there is none.</summary>
    /// <param name="destination">Full path of a file to make; it is deleted.</param>
    /// <param name="isPartial">Whether something may be lost; else all that is asked for, from an older snapshot.</param>
    /// <param name="cancellationToken">Ends the restore.</param>
    public async Task<RestoreResult?> FindLastGoodAsync(string destination, bool isPartial, CancellationToken cancellationToken)
    {
        try
        {
            var plan = await _planner.PlanAsync(_asked with { AllowPartial = isPartial }, cancellationToken).ConfigureAwait(false);
            return await MakeAsync(plan, destination, IntegrityCheckMode.Full, null, cancellationToken, fallsBack: !isPartial).ConfigureAwait(false);
        }
        catch (LitestreamException)
        {
            // no way leads to a database; why, the failure says by which all began
            return null;
        }
        finally
        {
            environment.Files.Delete(destination);
        }
    }

    private async Task<RestoreRequest> DrawAsync(CancellationToken cancellationToken)
    {
        List<GenerationInfo> generations = request.Point.Generation is { } asked
            ? [await _catalog.GetGenerationAsync(asked, cancellationToken).ConfigureAwait(false)]
            : [];
        if (generations.Count == 0)
        {
            await foreach (var generation in _catalog.ListGenerationsAsync(cancellationToken).ConfigureAwait(false)) generations.Add(generation);
        }

        // without any snapshot the planner has the words
        return RandomPoint.Draw(generations, environment.Random) ?? request.Point;
    }

    /// <summary>Whether another try may do better: retention has deleted what the plan names, or the point drawn is none after all (a snapshot
    /// of Litestream 0.3 may be ahead of its name).</summary>
    private async Task<bool> IsOvertakenAsync(LitestreamException failure, RestorePlan? plan, CancellationToken cancellationToken)
    {
        if (request.IsRandom && failure.Code is ErrorCode.RestorePointNotFound or ErrorCode.GenerationNotFound) return true;
        if (failure.Code != ErrorCode.ObjectMissing || plan is null) return false;
        var now = await _catalog.ReadGenerationAsync(plan.Generation, cancellationToken).ConfigureAwait(false);
        return now is null || !now.Snapshots.Contains(plan.Snapshot) || plan.Segments.Except(now.Segments).Any();
    }

    private Task<RestoreResult> MakeAsync(
        RestorePlan plan, string destination, IntegrityCheckMode check, StateSearch? search, CancellationToken cancellationToken, bool fallsBack = false) =>
        new Restorer(environment).RestoreAsync(
            replica, plan, destination, new() { Check = check, MaxSize = request.MaxSize, Observer = search, FallsBack = fallsBack }, progress, cancellationToken);
}
