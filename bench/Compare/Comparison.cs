using System.Globalization;
using System.Text.Json;
using Litestream.Bench.Compare.Rows;

namespace Litestream.Bench.Compare;

/// <summary>Both systems on the same data in the same run: prints a table, and writes it as JSON.</summary>
internal static class Comparison
{
    private static readonly IRow[] s_rows = [new RestoreRow(), new SnapshotRow(), new WriterRow(), new ShippingRow(), new LagRow(), new IdleRow(), new MemoryRow()];
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public static async Task<int> RunAsync(string[] args)
    {
        var numbers = Value(args, "--rows")?.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToHashSet();
        var folder = Directory.CreateTempSubdirectory("litestream-bench-").FullName;
        try
        {
            var workshop = new Workshop(folder, Number(args, "--size-mb", 512), Number(args, "--turns", 3));
            var figures = new List<Figure>();
            Console.WriteLine($"{"row",3} {"",-58} {"",-5} {"ours",10} {"0.3.13",10} {"ratio",6} {"limit",10}  goal");
            foreach (var row in s_rows.Where(r => numbers is null || numbers.Contains(r.Number)))
            {
                await foreach (var figure in row.MeasureAsync(workshop))
                {
                    figures.Add(figure);
                    Print(figure);
                }
            }

            var file = Value(args, "--json") ?? "comparison.json";
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(figures, s_json));
            Console.WriteLine($"{file} has it as JSON. {figures.Count(f => f.IsMet == true)} goals met, {figures.Count(f => f.IsMet == false)} not.");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(Figure f) => Console.WriteLine(
        $"{f.Row,3} {f.What,-58} {f.Unit,-5} {Text(f.Ours),10} {Text(f.Theirs),10} {Text(f.Ours / f.Theirs),6} {Text(f.Limit),10}  {f.IsMet switch { true => "met: ", false => "MISSED: ", null => "" }}{f.Goal}");

    private static string Text(double? value) => value is not { } v ? "-" : v.ToString(Math.Abs(v) >= 100 ? "F0" : "F2", CultureInfo.InvariantCulture);

    private static string? Value(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var i ? args[i + 1] : null;

    private static int Number(string[] args, string name, int otherwise) => Value(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
