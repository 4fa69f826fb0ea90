using System.Globalization;

namespace Litestream.Bench.Profiles;

/// <summary>The functions in which the time goes, as a table in Markdown.</summary>
internal static class HotFunctions
{
    private const int Rows = 25;

    /// <summary>Makes the table: first by their own time, then ours with what they call.</summary>
    public static IEnumerable<string> Table(StackNode root)
    {
        var (own, whole) = (new Dictionary<Frame, int>(), new Dictionary<Frame, int>());
        Count(root, [], own, whole);
        foreach (var line in Lines("function", own, root.Samples)) yield return line;
        yield return "";
        foreach (var line in Lines("of ours, with what it calls", whole.Where(f => f.Key.Origin == FrameOrigin.Engine), root.Samples)) yield return line;
    }

    private static IEnumerable<string> Lines(string title, IEnumerable<KeyValuePair<Frame, int>> functions, int samples)
    {
        yield return $"| {title} | share |";
        yield return "|---|---|";
        foreach (var (frame, count) in functions.OrderByDescending(f => f.Value).Take(Rows))
            yield return string.Create(CultureInfo.InvariantCulture, $"| {frame.Name} ({frame.Origin.ToString().ToLowerInvariant()}) | {100.0 * count / samples:F1} % |");
    }

    private static void Count(StackNode node, HashSet<Frame> above, Dictionary<Frame, int> own, Dictionary<Frame, int> whole)
    {
        own[node.Frame] = own.GetValueOrDefault(node.Frame) + node.OwnSamples;
        // a function that calls itself counts once
        var isOutermost = above.Add(node.Frame);
        if (isOutermost) whole[node.Frame] = whole.GetValueOrDefault(node.Frame) + node.Samples;
        foreach (var callee in node.Callees) Count(callee, above, own, whole);
        if (isOutermost) above.Remove(node.Frame);
    }
}
