using Litestream.Stress.Runs;

namespace Litestream.Stress.Reports;

/// <summary>Prints one run.</summary>
internal static class RunPrinter
{
    public static void Print(int number, RunPlan plan, RunOutcome outcome, TimeSpan duration)
    {
        Console.WriteLine($"run {number}, seed {plan.Seed}, {duration.TotalSeconds:f0} s: {(outcome.Failure is null ? "ok" : "FAILED")}");
        Console.WriteLine($"  {plan}; {plan.Clients.Count} clients");
        if (outcome.Census is { } census)
            Console.WriteLine($"  {outcome.Confirmed} commits; {census}; replication restarted {outcome.Restarts} times");
        Console.WriteLine(
            $"  measured commits {outcome.Replicated.Commits} with us, {outcome.Alone.Commits} without; "
            + $"errors with us: {List(outcome.Replicated.WriterErrors)}; without: {List(outcome.Alone.WriterErrors)}");
        Console.WriteLine(
            $"  counted with us: {List(outcome.Replicated.Counters)}; without: {List(outcome.Alone.Counters)}; "
            + $"more: {List(outcome.Rough.Counters)}");
        Console.WriteLine(
            $"  restores: ours {outcome.EngineRestores}, Litestream 0.3.13's {outcome.OracleRestores}, "
            + $"commit by commit {outcome.TimeTravels}");
        foreach (var remark in outcome.Remarks) Console.WriteLine($"  {remark}");
        if (outcome.Failure is not null) Console.WriteLine($"  {outcome.Failure}");
    }

    private static string List(SortedDictionary<string, long> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(c => $"{c.Key} {c.Value}"));
}
