using Litestream.Engine.Format;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Drills;

/// <summary>Draws one of the points that a replica's names promise: each snapshot, and the end of each segment behind the first one.</summary>
internal static class RandomPoint
{
    /// <summary>Draws one; null if there is none.</summary>
    /// <param name="generations">What the replica holds.</param>
    /// <param name="random">Draws.</param>
    public static RestoreRequest? Draw(IEnumerable<GenerationInfo> generations, Random random)
    {
        var points = generations.Where(g => g.Snapshots.Count > 0).SelectMany(PointsOf).ToList();
        return points.Count == 0 ? null : points[random.Next(points.Count)];
    }

    private static IEnumerable<RestoreRequest> PointsOf(GenerationInfo generation)
    {
        foreach (var snapshot in generation.Snapshots) yield return new() { Generation = generation.Id, Index = snapshot.Index, Offset = 0 };
        for (var i = 0; i < generation.Segments.Count; i++)
        {
            var segment = generation.Segments[i];
            if (segment.Start.Index < generation.Snapshots[0].Index) continue;
            var next = i + 1 < generation.Segments.Count ? generation.Segments[i + 1].Start : default;
            yield return new()
            {
                Generation = generation.Id,
                Index = segment.Start.Index,
                Offset = next.Index == segment.Start.Index && next.Offset > 0 ? next.Offset : null,
            };
        }
    }
}
