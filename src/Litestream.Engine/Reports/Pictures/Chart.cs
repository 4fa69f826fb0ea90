namespace Litestream.Engine.Reports.Pictures;

/// <summary>A quantity over time.</summary>
internal static class Chart
{
    private const double Top = 24;
    private const double Bottom = 124;
    private const int Columns = 40;

    /// <summary>A line through points; null if there is none.</summary>
    public static Picture? Line(string title, IReadOnlyList<(DateTimeOffset Time, double Value, string Kind, string Title)> points, Func<double, string> say)
    {
        if (points.Count == 0) return null;
        var scale = new TimeScale(points.Select(p => p.Time));
        var most = points.Max(p => p.Value);
        var marks = points.Select(p => new Mark(scale.X(p.Time), Y(p.Value, most), p.Kind, p.Title)).ToList();
        return Frame(title, most, say, scale) with
        {
            Strokes = [.. marks.Zip(marks.Skip(1), (a, b) => new Stroke(a.X, a.Y, b.X, b.Y))],
            Marks = marks,
        };
    }

    /// <summary>Columns of what was there at each time, the snapshots below the segments; null if nothing was listed.</summary>
    public static Picture? Growth(string title, IReadOnlyList<ReportedGeneration> generations, Func<double, string> say)
    {
        ReportedObject[] snapshots = [.. generations.SelectMany(g => g.Snapshots)];
        ReportedObject[] segments = [.. generations.SelectMany(g => g.Segments)];
        if (snapshots.Length + segments.Length == 0) return null;
        var scale = new TimeScale(snapshots.Concat(segments).Select(o => o.Time));
        double most = snapshots.Concat(segments).Sum(o => o.Size);
        var bars = new List<Bar>();
        for (var i = 0; i < Columns; i++)
        {
            var (from, to) = (scale.At((double)i / Columns), scale.At((i + 1.0) / Columns));
            double below = snapshots.Where(o => o.Time <= to).Sum(o => o.Size), all = below + segments.Where(o => o.Time <= to).Sum(o => o.Size);
            var (x, width, middle, top) = (scale.X(from), Math.Round((scale.X(to) - scale.X(from)) * 0.8, 2), Y(below, most), Y(all, most));
            if (below > 0) bars.Add(new(x, width, middle, Math.Round(Bottom - middle, 2), "snapshots", $"Snapshots: {say(below)}"));
            if (all > below) bars.Add(new(x, width, top, Math.Round(middle - top, 2), "segments", $"WAL segments: {say(all - below)}"));
        }

        return Frame(title, most, say, scale) with { Bars = bars };
    }

    private static Picture Frame(string title, double most, Func<double, string> say, TimeScale scale) => new(title, Bottom + 22)
    {
        Grid = [TimeScale.Level(Top), TimeScale.Level((Top + Bottom) / 2), TimeScale.Level(Bottom)],
        Labels = [new(1.5, Top - 8, "start", say(most)), .. scale.Labels(Bottom + 16)],
    };

    private static double Y(double value, double most) => Math.Round(most > 0 ? Bottom - ((Bottom - Top) * value / most) : Bottom, 2);
}
