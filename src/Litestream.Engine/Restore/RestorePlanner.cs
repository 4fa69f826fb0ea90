using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Restore;

/// <summary>Chooses what a restore reads. Only lists; reads one object where an offset has to be compared with its end.</summary>
/// <param name="replica">The replica; stays open.</param>
public sealed class RestorePlanner(IReplicaClient replica)
{
    private readonly ReplicaCatalog _catalog = new(replica);

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
        var generation = request.Generation is { } id
            ? await _catalog.GetGenerationAsync(id, cancellationToken).ConfigureAwait(false)
            : await ChooseGenerationAsync(request.Timestamp, cancellationToken).ConfigureAwait(false);
        if (generation.Snapshots.Count == 0)
            throw new LitestreamException(ErrorCode.RestorePointNotFound, $"The generation {generation.Id} has no snapshot.",
                replica.Url, "Choose another generation; without a snapshot WAL segments can't be applied.");
        await CheckReachAsync(generation, request, cancellationToken).ConfigureAwait(false);
        return RestoreChain.Choose(generation, request).ToPlan(replica.Url);
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
    private async Task<GenerationInfo> ChooseGenerationAsync(DateTimeOffset? time, CancellationToken cancellationToken)
    {
        GenerationInfo? best = null, any = null;
        DateTimeOffset? bestTime = null, first = null, last = null;
        await foreach (var generation in _catalog.ListGenerationsAsync(cancellationToken).ConfigureAwait(false))
        {
            any = generation;
            if (generation.Snapshots.Count == 0) continue;
            var start = generation.Snapshots.Min(s => s.CreatedAt);
            if (first is null || start < first) first = start;
            if (last is null || generation.UpdatedAt > last) last = generation.UpdatedAt;
            var newest = NewestPoint(generation, time);
            if (newest is null || newest <= bestTime) continue;
            best = generation;
            bestTime = newest;
        }

        if (best is not null) return best;
        if (first is null) return any!;
        throw TooEarly(time!.Value, first.Value, last!.Value);
    }

    /// <summary>The newest point of a generation that is not later than a time; null if it has none.</summary>
    internal static DateTimeOffset? NewestPoint(GenerationInfo generation, DateTimeOffset? time)
    {
        if (time is null) return generation.UpdatedAt;
        if (!generation.Snapshots.Any(s => s.CreatedAt <= time)) return null;
        return generation.Snapshots.Select(s => s.CreatedAt).Concat(generation.Segments.Select(s => s.CreatedAt)).Where(t => t <= time).Max();
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
            end = (await _catalog.MeasureAsync(last, cancellationToken).ConfigureAwait(false)).EndOffset;
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
