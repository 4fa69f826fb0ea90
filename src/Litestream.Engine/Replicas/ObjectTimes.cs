using Litestream.Engine.Format;

namespace Litestream.Engine.Replicas;

/// <summary>The times that objects were given, where a store's listing shows only when they were stored: asked for one by one, so for as
/// few as will do. In the order of their positions they never go back.</summary>
/// <param name="replica">The replica; stays open.</param>
internal sealed class ObjectTimes(IReplicaClient replica)
{
    /// <summary>Replaces times of a generation so that those up to a moment are told from later ones.</summary>
    /// <param name="generation">As it was listed.</param>
    /// <param name="until">The moment.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<GenerationInfo> SeparateAsync(GenerationInfo generation, DateTimeOffset until, CancellationToken cancellationToken)
    {
        if (!replica.HidesTimes) return generation;
        var snapshots = new List<SnapshotInfo>();
        foreach (var snapshot in generation.Snapshots)
            snapshots.Add(snapshot with { CreatedAt = await replica.GetTimeAsync(snapshot.Key, cancellationToken).ConfigureAwait(false) ?? snapshot.CreatedAt });

        var (low, high, reached, next) = (0, generation.Segments.Count, DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var segment = generation.Segments[middle];
            var time = await replica.GetTimeAsync(segment.Key, cancellationToken).ConfigureAwait(false) ?? segment.CreatedAt;
            if (time <= until) (low, reached) = (middle + 1, time);
            else (high, next) = (middle, time);
        }

        return generation with
        {
            Snapshots = snapshots,
            Segments = [.. generation.Segments.Select((s, i) => s with { CreatedAt = i < low ? Earlier(s.CreatedAt, reached) : Later(s.CreatedAt, next) })],
        };
    }

    /// <summary>The time of the last object of a generation; null if it has none.</summary>
    /// <param name="generation">As it was listed.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<DateTimeOffset?> FindLastAsync(GenerationInfo generation, CancellationToken cancellationToken)
    {
        if (!replica.HidesTimes) return generation.UpdatedAt;
        var segment = generation.Segments.Count == 0 ? null : generation.Segments[^1];
        var snapshot = generation.Snapshots.Count == 0 ? null : generation.Snapshots[^1];
        var key = segment is not null && segment.Start.Index >= (snapshot?.Index ?? 0) ? segment.Key : snapshot?.Key;
        return key is null ? null : await replica.GetTimeAsync(key, cancellationToken).ConfigureAwait(false) ?? generation.UpdatedAt;
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
