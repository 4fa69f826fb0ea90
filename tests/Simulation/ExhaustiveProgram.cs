using System.Diagnostics;
using System.Globalization;
using Litestream.Simulation.Exhaustive;

namespace Litestream.Simulation;

/// <summary>
/// Tries the crashes at every operation of seeds, one seed after the other, until there are as many as are wanted: <c>--exhaustive --points N [--seed S] [--jobs J] [--minutes M]</c>:
/// behind the minutes no seed begins.
/// With <c>--at O</c> only those at one operation of the seed, which is what a failure names. --bug plants a bug, --trace prints what is done. Jobs are processes; each takes every J-th seed.
/// </summary>
internal static class ExhaustiveProgram
{
    private const string TotalsMark = "totals ";
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromMinutes(1);

    public static int Run(string[] args)
    {
        var watch = Stopwatch.StartNew();
        var jobs = (int)(Program.Value(args, "--jobs") ?? 1);
        var totals = new PointTotals();
        if (jobs > 1) Share(args, jobs, totals);
        else Program.OnThread(() => RunSeeds(args, totals, watch));
        if (args.Contains("--stride")) Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{TotalsMark}{string.Join(' ', totals.ByPath.Select(p => p.Points))} {totals.Faults} {totals.Operations} {totals.Failures}"));
        else Print(totals, watch.Elapsed);
        return totals.Failures == 0 ? 0 : 1;
    }

    private static int RunSeeds(string[] args, PointTotals totals, Stopwatch watch)
    {
        // the restorer's check runs on a thread of the pool, and forks run inside it
        ThreadPool.SetMinThreads(16, 16);
        var seed = (int)(Program.Value(args, "--seed") ?? 1);
        var stride = (int)(Program.Value(args, "--stride") ?? 1);
        var only = (long?)Program.Value(args, "--at");
        var points = (long)(Program.Value(args, "--points") ?? (only is null ? 10_000 : long.MaxValue));
        var limit = TimeSpan.FromMinutes(Program.Value(args, "--minutes") ?? TimeSpan.MaxValue.TotalMinutes / 2);
        var bug = Program.BugOf(args);
        var reported = TimeSpan.Zero;
        do
        {
            ReferenceRun.Execute(seed, totals, Report, points, only, bug, args.Contains("--trace") ? Console.Out : null);
            seed += stride;
            if (watch.Elapsed - reported < s_reportInterval) continue;
            reported = watch.Elapsed;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{reported:hh\\:mm\\:ss} before seed {seed}: {totals.Points} points, {totals.Failures} failures"));
        }
        while (only is null && totals.Points < points && watch.Elapsed < limit);
        return 0;

        void Report(CrashPoint point, Exception e)
        {
            Console.WriteLine($"seed {point.Seed} at {point.Operation} variant {point.Variant} ({point.Crash}, {point.Path}) FAILED: {e.Message}");
            Console.WriteLine(only is null ? $"  replay with --exhaustive --seed {point.Seed} --at {point.Operation}" : e.ToString());
        }
    }

    private static void Share(string[] args, int jobs, PointTotals totals)
    {
        var seed = (int)(Program.Value(args, "--seed") ?? 1);
        var points = (long)(Program.Value(args, "--points") ?? 10_000);
        var bug = Program.BugOf(args);
        var running = Enumerable.Range(0, jobs).Select(job =>
        {
            var share = points / jobs + (job < points % jobs ? 1 : 0);
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            // started by the host of .NET, that is what the path names
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Program).Assembly.Location);
            foreach (var argument in new[] { "--exhaustive", "--points", Text(share), "--seed", Text(seed + job), "--stride", Text(jobs), "--bug", bug.ToString() })
                start.ArgumentList.Add(argument);
            foreach (var argument in Array.IndexOf(args, "--minutes") is >= 0 and var at ? args[at..(at + 2)] : []) start.ArgumentList.Add(argument);
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, line) => Note(line.Data, totals);
            process.BeginOutputReadLine();
            return process;
        }).ToList();
        foreach (var process in running)
        {
            process.WaitForExit();
            if (process.ExitCode > 1) totals.Fail();
            process.Dispose();
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Note(string? line, PointTotals totals)
    {
        if (line?.StartsWith(TotalsMark, StringComparison.Ordinal) != true)
        {
            if (line is not null) Console.WriteLine(line);
            return;
        }

        var numbers = line[TotalsMark.Length..].Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToList();
        lock (totals) totals.Add(numbers[..^3], numbers[^3], numbers[^2], numbers[^1]);
    }

    private static void Print(PointTotals totals, TimeSpan time)
    {
        foreach (var (path, points) in totals.ByPath) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path,-16}{points,12}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"operations {totals.Operations}, {time.TotalSeconds:0} s, {totals.Points / time.TotalSeconds:0} crash points a second"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"crash points {totals.Points}, faults {totals.Faults}, failures {totals.Failures}"));
    }
}
