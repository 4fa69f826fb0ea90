using System.Globalization;
using System.Text.Json;
using Litestream.Bench.Compare.Rows;

namespace Litestream.Bench.Compare;

/// <summary>Both systems on the same data in the same run: prints a table, and writes it as JSON and into a document.</summary>
internal static class Comparison
{
    private static readonly IRow[] s_rows =
    [
        new RestoreRow(), new SnapshotRow(), new WriterRow(), new ShippingRow(), new LagRow(), new IdleRow(), new ManyRow(1000), new ManyRow(10_000), new MemoryRow(),
        new RequestsRow(), new ImportRow(), new SizeRow(), new HistoryRow(),
    ];

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var wanted = arguments.Set("--rows")?.Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToHashSet();
        var folder = Directory.CreateTempSubdirectory("litestream-bench-").FullName;
        try
        {
            var workshop = new Workshop(folder, arguments.Number("--size-mb", 512), arguments.Number("--turns", 3));
            var figures = new List<Figure>();
            Console.WriteLine($"{"row",3} {"",-58} {"",-5} {"ours",10} {"0.3.13",10} {"ratio",6} {"limit",10}  goal");
            foreach (var row in s_rows.Where(r => wanted?.Overlaps(r.Numbers) != false))
            {
                await foreach (var figure in row.MeasureAsync(workshop))
                {
                    figures.Add(figure);
                    Print(figure);
                }
            }

            var file = arguments.Text("--json") ?? "comparison.json";
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(figures, s_json));
            if (arguments.Text("--markdown") is { } document) await FiguresInMarkdown.WriteAsync(document, figures, workshop);
            Console.WriteLine($"{file} has it as JSON. {figures.Count(f => f.IsMet == true)} goals met, {figures.Count(f => f.IsMet == false)} not.");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(Figure f) => Console.WriteLine(
        $"{f.Row,3} {f.What,-58} {f.Unit,-5} {Figure.Text(f.Ours),10} {Figure.Text(f.Theirs),10} {Figure.Text(f.Ratio),6} {Figure.Text(f.Limit),10}  {f.IsMet switch { true => "met: ", false => "MISSED: ", null => "" }}{f.Goal}");
}
