using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare;

/// <summary>Puts the figures of a run into a document, between two comments.</summary>
internal static class FiguresInMarkdown
{
    private const string Begin = "<!-- figures -->";
    private const string End = "<!-- end of figures -->";

    /// <summary>Replaces what stands between the comments.</summary>
    /// <exception cref="InvalidOperationException">The document has no such comments.</exception>
    public static async Task WriteAsync(string document, IReadOnlyList<Figure> figures, Workshop workshop)
    {
        var text = await File.ReadAllTextAsync(document);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new InvalidOperationException($"{document} has no '{Begin}' with '{End}' after it");
        await File.WriteAllTextAsync(document, $"{text[..begin]}{Begin}\n{string.Join('\n', Lines(figures, workshop))}\n{text[end..]}");
    }

    private static IEnumerable<string> Lines(IReadOnlyList<Figure> figures, Workshop workshop)
    {
        yield return $"{DateTime.UtcNow:yyyy-MM-dd}, {MachineText.Of(workshop.Folder)}; a database of {workshop.SizeMb} MiB, medians of {workshop.Turns} turns.";
        yield return "";
        yield return "| # | work | ours | 0.3.13 | limit | ours / 0.3.13 | goal | |";
        yield return "|---|---|---|---|---|---|---|---|";
        foreach (var f in figures.OrderBy(f => f.Row))
            yield return $"| {f.Row} | {f.What}{(f.Unit.Length > 0 ? $", {f.Unit}" : "")} | {Figure.Text(f.Ours)} | {Figure.Text(f.Theirs)} | {Figure.Text(f.Limit)} | {Figure.Text(f.Ratio)} | {f.Goal} | {f.IsMet switch { true => "met", false => "**missed**", null => "" }} |";
    }
}
