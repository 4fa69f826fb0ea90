using System.Diagnostics;
using System.Globalization;
using Litestream.Simulation.PlantedBugs;

namespace Litestream.Simulation;

/// <summary>Runs seeds until the time is up: <c>--minutes N [--seed S]</c>. With --seed alone that seed only;
/// --trace prints its operations, --bug plants a bug. <c>--exhaustive</c>: see <see cref="ExhaustiveProgram"/>; <c>--store-faults</c>: see
/// <see cref="StoreFaultProgram"/>.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Contains("--exhaustive")) return ExhaustiveProgram.Run(args);
        if (args.Contains("--store-faults")) return StoreFaultProgram.Run(args);
        var minutes = Value(args, "--minutes");
        var seed = Value(args, "--seed");
        var bug = BugOf(args);
        return OnThread(() => Run(minutes, seed, bug, args.Contains("--trace")));
    }

    /// <summary>On a thread without synchronization context: continuations of the engine then run in place.</summary>
    internal static int OnThread(Func<int> run)
    {
        var result = 0;
        var thread = new Thread(() => result = run(), 64 << 20);
        thread.Start();
        thread.Join();
        return result;
    }

    private static int Run(double? minutes, double? seed, PlantedBug bug, bool trace)
    {
        var watch = Stopwatch.StartNew();
        var (seeds, crashPoints, faults, failures, operations) = (0, 0, 0, 0, 0L);
        var next = (int)(seed ?? 1);
        do
        {
            var result = SimulationRun.Execute(next, bug, trace ? Console.Out : null);
            seeds++;
            crashPoints += result.CrashPoints;
            faults += result.Faults;
            operations += result.Operations;
            if (result.Failure is { } failure)
            {
                failures++;
                Console.WriteLine($"seed {result.Seed} FAILED: {failure.Message}");
                if (minutes is null) Console.WriteLine(failure);
                Console.WriteLine($"  replay with --seed {result.Seed}, trace {result.TraceHash:x16}");
            }
            else if (minutes is null)
            {
                Console.WriteLine($"seed {result.Seed} passed, trace {result.TraceHash:x16}");
            }

            next++;
        }
        while (minutes is not null && watch.Elapsed < TimeSpan.FromMinutes(minutes.Value));

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seeds {seeds}, operations {operations}, crash points a minute {crashPoints / watch.Elapsed.TotalMinutes:0}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"crash points {crashPoints}, faults {faults}, failures {failures}"));
        return failures == 0 ? 0 : 1;
    }

    internal static PlantedBug BugOf(string[] args)
    {
        var name = Array.IndexOf(args, "--bug");
        return name < 0 ? PlantedBug.None : Enum.Parse<PlantedBug>(args[name + 1]);
    }

    internal static double? Value(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at < 0 || at + 1 >= args.Length ? null : double.Parse(args[at + 1], CultureInfo.InvariantCulture);
    }
}
