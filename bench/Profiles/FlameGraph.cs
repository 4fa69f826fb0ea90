using System.Globalization;
using System.Net;
using System.Text;

namespace Litestream.Bench.Profiles;

/// <summary>Draws a tree of stacks as SVG: a bar a function, as wide as its share of the samples, on what called it.</summary>
internal static class FlameGraph
{
    private const int Width = 1200;
    private const int RowHeight = 16;
    private const int HeadHeight = 40;
    private const double NarrowestBar = 1.5;
    private const double LetterWidth = 6.6;

    /// <summary>The picture.</summary>
    /// <param name="title">What was measured.</param>
    /// <param name="root">The samples.</param>
    public static string Draw(string title, StackNode root)
    {
        var scale = (double)Width / root.Samples;
        var height = HeadHeight + DepthOf(root, scale) * RowHeight;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" font-family="monospace" font-size="11">
            <style>rect{"{stroke:#fff;stroke-width:.5}"} .engine{"{fill:#5cb8b2}"} .managed{"{fill:#a8d08d}"} .native{"{fill:#f4b266}"} .kernel{"{fill:#c9c9d4}"}</style>
            <text x="4" y="16" font-size="14">{WebUtility.HtmlEncode(title)}</text>
            <text x="4" y="32">teal: the engine, green: framework and libraries, orange: native code, grey: the kernel; {root.Samples} samples</text>

            """);
        DrawBar(svg, root, 0, height - RowHeight, scale, root.Samples);
        return svg.Append("</svg>\n").ToString();
    }

    private static int DepthOf(StackNode node, double scale) =>
        1 + node.Callees.Where(c => c.Samples * scale >= NarrowestBar).Select(c => DepthOf(c, scale)).DefaultIfEmpty().Max();

    private static void DrawBar(StringBuilder svg, StackNode node, double left, int top, double scale, int all)
    {
        var width = node.Samples * scale;
        if (width < NarrowestBar) return;
        var name = WebUtility.HtmlEncode(node.Frame.Name);
        svg.Append(CultureInfo.InvariantCulture,
            $"<g><title>{name}: {100.0 * node.Samples / all:F1} %</title><rect class=\"{node.Frame.Origin.ToString().ToLowerInvariant()}\" x=\"{left:F1}\" y=\"{top}\" width=\"{width:F1}\" height=\"{RowHeight}\"/>");
        var letters = (int)((width - 4) / LetterWidth);
        if (letters >= 3)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left + 2:F1}\" y=\"{top + 12}\">{WebUtility.HtmlEncode(Cut(node.Frame.Name, letters))}</text>");
        svg.Append("</g>\n");
        foreach (var callee in node.Callees)
        {
            DrawBar(svg, callee, left, top - RowHeight, scale, all);
            left += callee.Samples * scale;
        }
    }

    private static string Cut(string name, int letters) => name.Length <= letters ? name : name[..(letters - 1)] + "…";
}
