using Litestream.Stress.Clients;

namespace Litestream.Stress.Reports;

/// <summary>The application's errors and latency with and without replication, on the same loads.</summary>
internal static class LoadTable
{
    /// <summary>Prints two rows.</summary>
    public static void Print(string title, FleetReport alone, FleetReport replicated)
    {
        Console.WriteLine(title);
        Console.WriteLine($"  {"",-12}{"commits",9}{"p50 ms",9}{"p99 ms",9}{"p99.9 ms",10}{"max ms",9}  errors a 1000 commits");
        PrintRow("without us", alone);
        PrintRow("with us", replicated);
    }

    private static void PrintRow(string name, FleetReport report)
    {
        var latency = report.Latency;
        var errors = report.WriterErrors.Select(e => $"{e.Key} {1000.0 * e.Value / Math.Max(1, report.Commits):f1}");
        Console.WriteLine(
            $"  {name,-12}{report.Commits,9}{Milliseconds(0.5),9}{Milliseconds(0.99),9}{Milliseconds(0.999),10}"
            + $"{latency.Longest.TotalMilliseconds,9:f1}  {(report.WriterErrors.Count == 0 ? "none" : string.Join(", ", errors))}");

        string Milliseconds(double share) => latency.Percentile(share).TotalMilliseconds.ToString("f2", null);
    }
}
