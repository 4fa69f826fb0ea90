using Litestream.Engine.Format;
using Litestream.Engine.Retention;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>Plans that let go one snapshot too many, with its WAL.</summary>
internal static class OffByOne
{
    public static RetentionPlan Plan(IReadOnlyList<GenerationInfo> generations, DateTimeOffset cutOff, IReadOnlySet<GenerationId> inUse)
    {
        var plan = RetentionPlanner.ForWindow("replica", generations, cutOff, inUse);
        return plan with { Generations = [.. plan.Generations.Select(g => Further(g, cutOff))] };
    }

    private static GenerationRetention Further(GenerationRetention part, DateTimeOffset cutOff) =>
        part.KeptSnapshots.Take(2).ToList() is [var needed, var next] && needed.CreatedAt <= cutOff ? Below(part, next.Index) : part;

    private static GenerationRetention Below(GenerationRetention part, int index) => part with
    {
        Snapshots = [.. part.Generation.Snapshots.Where(s => s.Index < index)],
        Segments = [.. part.Generation.Segments.Where(s => s.Start.Index < index && s.Start.Index < part.Generation.Segments[^1].Start.Index)],
    };
}
