using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>What can be restored with a snapshot and all that can be applied to it.</summary>
internal sealed class RestoreStretch
{
    private readonly SnapshotInfo _snapshot;
    private readonly List<WalSegmentInfo> _segments;

    /// <param name="snapshot">Where it starts.</param>
    /// <param name="generation">What there is.</param>
    /// <param name="obstacles">What is known not to be sound, in order of position.</param>
    public RestoreStretch(SnapshotInfo snapshot, GenerationInfo generation, List<RestoreObstacle> obstacles)
    {
        _snapshot = snapshot;
        var chain = RestoreChain.From(snapshot, generation);
        Obstacle = chain.Missing is { } missing ? new(missing, ObjectKey.Segment(generation.Id, missing)) : null;
        if (obstacles.Find(o => o.At >= new Position(snapshot.Index, 0)) is { } damage && (Obstacle is null || damage.At <= Obstacle.At)) Obstacle = damage;
        _segments = [.. chain.Segments.TakeWhile(s => Obstacle is null || s.Start < Obstacle.At)];
        Points = [.. FindPoints([.. generation.Segments.Where(s => s.Start.Index >= snapshot.Index)])];
    }

    /// <summary>What ends it; null if the generation does.</summary>
    public RestoreObstacle? Obstacle { get; }

    /// <summary>The points, in order.</summary>
    public IReadOnlyList<RestorePoint> Points { get; }

    /// <summary>The last segment; null if there is none.</summary>
    public WalSegmentInfo? Last => _segments.Count == 0 ? null : _segments[^1];

    /// <summary>The first time that can be asked for. One that cuts the snapshot's own index is good from the first segment on that is not older than
    /// the snapshot (replica format 1.4), or where none is applied.</summary>
    public DateTimeOffset From
    {
        get
        {
            var own = _segments.Where(s => s.Start.Index == _snapshot.Index).ToList();
            return own.Exists(s => s.CreatedAt <= _snapshot.CreatedAt) && own.Find(s => s.CreatedAt >= _snapshot.CreatedAt) is { } younger
                ? younger.CreatedAt
                : _snapshot.CreatedAt;
        }
    }

    private IEnumerable<RestorePoint> FindPoints(List<WalSegmentInfo> behind)
    {
        if (behind.Count == 0 || behind[0].Start.Index > _snapshot.Index) yield return new(_snapshot.Index, 0, _snapshot.CreatedAt);
        // a snapshot of Litestream may be ahead inside its own index, as From says
        var isSafe = Obstacle is { IsOfOurs: true, At.Index: var own } && own == _snapshot.Index;
        for (var i = 0; i < _segments.Count; i++)
        {
            var segment = _segments[i];
            Position? next = i + 1 < behind.Count ? behind[i + 1].Start : null;
            isSafe |= segment.CreatedAt >= _snapshot.CreatedAt;
            if (Obstacle is { } obstacle && (next is not { } following || obstacle.At < following)) next = obstacle.At;
            var isLast = next?.Index != segment.Start.Index;
            if (isSafe || isLast || segment.Start.Index > _snapshot.Index)
                yield return new(segment.Start.Index, isLast ? null : next!.Value.Offset, segment.CreatedAt);
        }

        // a damaged segment can be read up to some commit
        if (Obstacle is { Readable: { } readable, At: var at } && readable > at && behind.Find(s => s.Start == at) is { } damaged
            && (isSafe || at.Index > _snapshot.Index))
            yield return new(readable.Index, readable.Offset, damaged.CreatedAt);
    }
}
