namespace Litestream.Bench.Compare;

/// <summary>The value in the middle.</summary>
internal static class Median
{
    /// <summary>Of figures of several turns.</summary>
    public static double Of<T>(IEnumerable<T> turns, Func<T, double> figure)
    {
        var sorted = turns.Select(figure).Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
