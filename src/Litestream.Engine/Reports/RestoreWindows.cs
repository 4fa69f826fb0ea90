using Litestream.Engine.Format;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Reports;

/// <summary>Tells from names and times, with the planner that restores, which times a generation can be restored to.</summary>
internal static class RestoreWindows
{
    /// <summary>The windows of a generation, in order of time.</summary>
    public static IReadOnlyList<TimeRange> Of(GenerationInfo generation)
    {
        var windows = new List<TimeRange>();
        DateTimeOffset? open = null;
        DateTimeOffset[] objects = [.. generation.Snapshots.Select(s => s.CreatedAt).Concat(generation.Segments.Select(s => s.CreatedAt)).Order()];
        // between these times the planner's answer does not change
        foreach (var time in generation.Snapshots.Select(s => s.CreatedAt).Concat(BreaksOf(generation)).Distinct().Order())
        {
            var restores = RestoreChain.TryChoose(generation, new() { Timestamp = time }) is not null;
            if (restores) open ??= time;
            if (restores || open is not { } from) continue;
            windows.Add(new(from, objects.Last(t => t < time)));
            open = null;
        }

        if (open is { } last) windows.Add(new(last, objects[^1]));
        return windows;
    }

    /// <summary>What the windows leave out of the time between the first and the last object.</summary>
    public static IReadOnlyList<TimeRange> GapsOf(GenerationInfo generation, IReadOnlyList<TimeRange> windows)
    {
        var gaps = new List<TimeRange>();
        var reached = generation.CreatedAt!.Value;
        foreach (var window in windows)
        {
            if (window.From > reached) gaps.Add(new(reached, window.From));
            reached = window.To;
        }

        if (generation.UpdatedAt > reached || windows.Count == 0) gaps.Add(new(reached, generation.UpdatedAt!.Value));
        return gaps;
    }

    private static IEnumerable<DateTimeOffset> BreaksOf(GenerationInfo generation)
    {
        for (var i = 0; i < generation.Segments.Count; i++)
        {
            var start = generation.Segments[i].Start;
            var index = i == 0 ? -1 : generation.Segments[i - 1].Start.Index;
            if (start.Index != index && (start.Index != index + 1 || start.Offset != 0)) yield return generation.Segments[i].CreatedAt;
        }
    }
}
