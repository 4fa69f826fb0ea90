using System.Runtime.CompilerServices;
using Litestream.Fuzz.Fuzzing;
using Litestream.Fuzz.Targets;

namespace Litestream.Fuzz;

/// <summary>Fuzzes the engine's parsers: <c>--executions N [--minutes M] [--target NAME] [--seed S] [--keep-corpus]</c>; with
/// <c>--target NAME --replay FILE</c> it gives one input once.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        // before anything of the engine is loaded
        if (!args.Contains("--recorder")) Instrumentation.Apply();
        var coverage = new CoverageMap();
        coverage.Attach();
        return Run(FuzzSettings.Parse(args), coverage);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Run(FuzzSettings settings, CoverageMap coverage)
    {
        List<IFuzzTarget> targets = [.. AllTargets.Create().Where(t => settings.Target is null || t.Name == settings.Target)];
        if (settings.Replay is { } file) return Replay(targets.Single(), file);
        if (settings.Recorder is { } path)
        {
            using var recorder = new FlightRecorder(path);
            new FuzzRun(targets.Single(), settings, recorder, coverage).Run();
            return 0;
        }

        var (executions, failures) = new Supervisor(settings).Run(targets);
        Console.WriteLine($"executions {executions}, targets {targets.Count}, failures {failures}");
        return failures == 0 ? 0 : 1;
    }

    private static int Replay(IFuzzTarget target, string file)
    {
        var failure = Execution.Run(target, File.ReadAllBytes(file));
        Console.WriteLine(failure?.ToString() ?? "passed");
        return failure is null ? 0 : 1;
    }
}
