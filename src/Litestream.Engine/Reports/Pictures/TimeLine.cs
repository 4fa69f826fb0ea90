using Litestream.Engine.Errors;
using Litestream.Engine.Reports.Writing;

namespace Litestream.Engine.Reports.Pictures;

/// <summary>Generations with the times that they restore to, gaps, snapshots and drills.</summary>
internal static class TimeLine
{
    private const double RowHeight = 46;
    private const double BarHeight = 16;
    private const double BarTop = 20;
    // more marks than this can't be told apart
    private const int MostPoints = 160;

    /// <summary>Draws a replica; null if nothing was listed.</summary>
    public static Picture? Of(ReplicaReport replica)
    {
        if (replica.Generations.Count == 0) return null;
        var listed = replica.Generations.SelectMany(g => g.Snapshots.Concat(g.Segments)).Select(o => o.Time).ToList();
        var first = listed.Min();
        // history may be far older than what the replica still holds
        var drills = replica.Drills.Where(d => d.StartedAt >= first).ToList();
        var scale = new TimeScale(listed.Concat(drills.Select(d => d.StartedAt)));
        var rows = replica.Generations.Select((g, i) => RowOf(g, i * RowHeight, scale)).ToList();
        var drillRow = rows.Count * RowHeight;
        var bottom = drillRow + (drills.Count > 0 ? RowHeight : 0);
        return new("Time line of generations, snapshots, restore points and drills", bottom + 22)
        {
            Grid = [.. rows.SelectMany(r => r.Grid), TimeScale.Level(bottom)],
            Bars = [.. rows.SelectMany(r => r.Bars)],
            Strokes = [.. rows.SelectMany(r => r.Strokes)],
            Marks = [.. rows.SelectMany(r => r.Marks), .. drills.Select(d => new Mark(scale.X(d.StartedAt), drillRow + BarTop + (BarHeight / 2),
                Wording.Kind(d.Result), $"Drill {d.Result}, {Wording.Time(d.StartedAt)}"))],
            Labels = [.. rows.SelectMany(r => r.Labels), .. drills.Count > 0 ? (Label[])[new(1.5, drillRow + 13, "start", "Drills")] : [], .. scale.Labels(bottom + 16)],
        };
    }

    private static Picture RowOf(ReportedGeneration generation, double top, TimeScale scale)
    {
        var y = top + BarTop;
        Bar Draw(TimeRange range, string kind, string title) =>
            new(scale.X(range.From), Math.Max(0.3, Math.Round(scale.X(range.To) - scale.X(range.From), 2)), y, BarHeight, kind, title);
        return new(generation.Id, RowHeight)
        {
            Grid = [TimeScale.Level(y + (BarHeight / 2))],
            Bars =
            [
                .. generation.Windows.Select(w => Draw(w, "window", $"Restores to any commit from {Wording.Time(w.From)} to {Wording.Time(w.To)}")),
                .. generation.Gaps.Select(g => Draw(g, "gap", $"Gap: does not restore from {Wording.Time(g.From)} to {Wording.Time(g.To)}")),
            ],
            Strokes = [.. generation.Segments.Select(s => Math.Round(scale.X(s.Time) * MostPoints / 100) * 100 / MostPoints).Distinct()
                .Select(x => new Stroke(x, y + BarHeight - 6, x, y + BarHeight))],
            Marks = [.. generation.Snapshots.Select(s => new Mark(scale.X(s.Time), y + 2, "snapshot", $"Snapshot, {Wording.Time(s.Time)}, {SizeText.InUnits(s.Size)}"))],
            Labels = [new(1.5, top + 13, "start", $"Generation {generation.Id}")],
        };
    }
}
