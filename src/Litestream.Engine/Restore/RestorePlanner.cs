using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Restore;

/// <summary>Chooses what a restore reads. Only lists; reads one object where an offset has to be compared with its end.</summary>
/// <param name="replica">The replica; stays open.</param>
public sealed class RestorePlanner(IReplicaClient replica)
{
    private readonly ReplicaCatalog _catalog = new(replica);
    private readonly ObjectTimes _times = new(replica);

    /// <summary>Makes the plan for a request.</summary>
    /// <param name="request">What to restore.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.InvalidArgument"/>, <see cref="ErrorCode.ReplicaNotFound"/>,
    /// <see cref="ErrorCode.ReplicaFormatUnknown"/>, <see cref="ErrorCode.GenerationNotFound"/>,
    /// <see cref="ErrorCode.RestorePointNotFound"/>, <see cref="ErrorCode.ObjectMissing"/>.</exception>
    public async Task<RestorePlan> PlanAsync(RestoreRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request);
        try
        {
            return await PlanOnceAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (MayBeTorn(e))
        {
            // retention deletes snapshots first: what it took away between two of the listings, the next ones show whole
            return await PlanOnceAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool MayBeTorn(LitestreamException error) => Damage.IsOfChain(error) || error.Code is ErrorCode.GenerationNotFound;

    private async Task<RestorePlan> PlanOnceAsync(RestoreRequest request, CancellationToken cancellationToken)
    {
        var warnings = new List<RestoreWarning>();
        var generation = request.Generation is { } id
            ? await SeparateAsync(await _catalog.GetGenerationAsync(id, cancellationToken).ConfigureAwait(false), request, cancellationToken).ConfigureAwait(false)
            : await ChooseGenerationAsync(request, warnings, cancellationToken).ConfigureAwait(false);
        if (generation.Snapshots.Count == 0) throw WithoutSnapshot(generation);
        if (request.Timestamp is not null && TimesOutOfOrder(generation) is { } warning) warnings.Add(warning);
        await CheckReachAsync(generation, request, cancellationToken).ConfigureAwait(false);
        return RestoreChain.Choose(generation, request, replica.Url, warnings);
    }

    private static void Check(RestoreRequest request)
    {
        if (request.Timestamp is not null && request.Index is not null)
            throw Invalid("A restore goes to a time or to an index, not to both.", nameof(request.Timestamp));
        if (request.Offset is not null && request.Index is null)
            throw Invalid("An offset needs the index that it belongs to.", nameof(request.Offset));
        if (request.Index < 0) throw Invalid("An index is 0 or more.", nameof(request.Index));
        if (request.Offset < 0) throw Invalid("An offset is 0 or more.", nameof(request.Offset));

        static LitestreamException Invalid(string message, string target) => new(
            ErrorCode.InvalidArgument, message, target, "Give a time, or an index with or without an offset, or neither.");
    }

    // The generation with the newest point that is not later than the time; ids say nothing about order.
    private async Task<GenerationInfo> ChooseGenerationAsync(
        RestoreRequest request, List<RestoreWarning> warnings, CancellationToken cancellationToken)
    {
        var generations = new List<GenerationInfo>();
        await foreach (var generation in _catalog.ListGenerationsAsync(cancellationToken).ConfigureAwait(false))
            generations.Add(await SeparateAsync(generation, request, cancellationToken).ConfigureAwait(false));
        var restorable = generations.Where(g => g.Snapshots.Count > 0).ToList();
        if (restorable.Count == 0) throw WithoutSnapshot(generations[^1]);
        var best = await FindNewestAsync(restorable, request, cancellationToken).ConfigureAwait(false);
        if (best is null || NewestPoint(best, request.Timestamp) is not { } newest)
            throw TooEarly(request.Timestamp!.Value, restorable.Min(g => g.Snapshots.Min(s => s.CreatedAt)), restorable.Max(g => g.UpdatedAt)!.Value);

        var lost = generations.Find(g => g.Snapshots.Count == 0 && NewestTime(g, request.Timestamp) > newest);
        if (lost is not null && !request.AllowPartial) throw WithoutSnapshot(lost);
        if (lost is not null)
            warnings.Add(new(RestoreWarningKind.GenerationSkipped, lost.Id.ToString(),
                $"The generation {lost.Id} has changes up to {RestorePoint.Format(NewestTime(lost, request.Timestamp)!.Value)} but no snapshot; "
                + $"the generation {best.Id} is restored, which ends at {RestorePoint.Format(newest)}. What lies between is lost."));
        // here only times say which generation is the newest
        if (request.Timestamp is null && restorable.Count > 1)
            warnings.AddRange(restorable.Select(TimesOutOfOrder).OfType<RestoreWarning>());
        return best;
    }

    private async Task<GenerationInfo> SeparateAsync(GenerationInfo generation, RestoreRequest request, CancellationToken cancellationToken) =>
        request.Timestamp is { } time ? await _times.SeparateAsync(generation, time, cancellationToken).ConfigureAwait(false) : generation;

    private async Task<GenerationInfo?> FindNewestAsync(List<GenerationInfo> restorable, RestoreRequest request, CancellationToken cancellationToken)
    {
        if (request.Timestamp is not null || restorable.Count == 1) return restorable.MaxBy(g => NewestPoint(g, request.Timestamp));
        var found = new List<(GenerationInfo Generation, DateTimeOffset? Last)>();
        foreach (var generation in restorable)
            found.Add((generation, await _times.FindLastAsync(generation, cancellationToken).ConfigureAwait(false)));
        return found.MaxBy(f => f.Last).Generation;
    }

    // In a replica as it was written, times never go back from segment to segment. A copy may have lost them, a clock may have been wrong.
    private static RestoreWarning? TimesOutOfOrder(GenerationInfo generation)
    {
        for (var i = 1; i < generation.Segments.Count; i++)
        {
            var (before, segment) = (generation.Segments[i - 1], generation.Segments[i]);
            if (segment.CreatedAt < before.CreatedAt) return Warn(segment.Key, segment.CreatedAt, before.CreatedAt);
        }

        // a snapshot is made after all of the indexes before its own was shipped
        foreach (var snapshot in generation.Snapshots)
        {
            var before = generation.Segments.LastOrDefault(s => s.Start.Index < snapshot.Index);
            if (snapshot.CreatedAt < before?.CreatedAt) return Warn(snapshot.Key, snapshot.CreatedAt, before.CreatedAt);
        }

        return null;

        static RestoreWarning Warn(string key, DateTimeOffset time, DateTimeOffset before) => new(RestoreWarningKind.TimesOutOfOrder, key,
            $"The object '{key}' has the time {RestorePoint.Format(time)}, the one before it {RestorePoint.Format(before)}: a clock went back, or "
            + "the replica was copied without its times. A restore to a time ends before the first segment that is later; to be certain, "
            + "restore to an index and offset.");
    }

    /// <summary>The newest point of a generation that is not later than a time; null if it has none.</summary>
    internal static DateTimeOffset? NewestPoint(GenerationInfo generation, DateTimeOffset? time) =>
        time is { } end && !generation.Snapshots.Any(s => s.CreatedAt <= end) ? null : NewestTime(generation, time);

    private static DateTimeOffset? NewestTime(GenerationInfo generation, DateTimeOffset? time) => generation.Snapshots.Select(s => s.CreatedAt)
        .Concat(generation.Segments.Select(s => s.CreatedAt)).Where(t => time is not { } end || t <= end).Cast<DateTimeOffset?>().Max();

    private static LitestreamException WithoutSnapshot(GenerationInfo generation)
    {
        var key = ObjectKey.Snapshot(generation.Id, generation.Segments[0].Start.Index);
        return new(ErrorCode.ObjectMissing,
            $"The generation {generation.Id} has no snapshot, so its WAL can't be applied: the object '{key}' is missing, or one of a later index.",
            key, "Put a snapshot back, or restore an earlier generation.");
    }

    private async Task CheckReachAsync(GenerationInfo generation, RestoreRequest request, CancellationToken cancellationToken)
    {
        if (request.Timestamp is { } time)
        {
            var first = generation.Snapshots.Min(s => s.CreatedAt);
            if (time < first) throw TooEarly(time, first, generation.UpdatedAt!.Value);
            return;
        }

        if (request.Index is not { } index) return;
        var lowest = generation.Snapshots[0].Index;
        var highest = generation.Snapshots[^1].Index;
        if (generation.Segments.Count > 0) highest = Math.Max(highest, generation.Segments[^1].Start.Index);
        if (index < lowest || index > highest)
            throw new LitestreamException(ErrorCode.RestorePointNotFound,
                $"The generation {generation.Id} can't be restored to index {index}.", replica.Url,
                $"It can be restored to the indexes {lowest} to {highest}.");
        if (request.Offset is { } offset)
            await CheckOffsetAsync(generation, new(index, offset), cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckOffsetAsync(GenerationInfo generation, Position asked, CancellationToken cancellationToken)
    {
        var last = generation.Segments.LastOrDefault(s => s.Start.Index == asked.Index);
        var end = 0L;
        if (last is not null)
        {
            if (asked.Offset <= last.Start.Offset) return;
            try
            {
                end = (await _catalog.MeasureAsync(last, cancellationToken).ConfigureAwait(false)).EndOffset;
            }
            catch (LitestreamException e) when (Damage.Is(e))
            {
                // it may be readable as far as that: the restore finds out
                return;
            }
        }

        if (asked.Offset > end)
            throw new LitestreamException(ErrorCode.RestorePointNotFound,
                $"Index {asked.Index} of the generation {generation.Id} can't be restored to offset {asked.Offset}.", replica.Url,
                $"It ends at offset {end}.");
    }

    private LitestreamException TooEarly(DateTimeOffset time, DateTimeOffset first, DateTimeOffset last) => new(
        ErrorCode.RestorePointNotFound, $"The replica '{replica.Url}' can't be restored to {RestorePoint.Format(time)}: it begins later.",
        replica.Url, $"It can be restored to times from {RestorePoint.Format(first)} to {RestorePoint.Format(last)}.");
}
