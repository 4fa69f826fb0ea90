using System.Diagnostics;
using Litestream.Fuzz.Corpora;
using Litestream.Fuzz.Targets;

namespace Litestream.Fuzz.Fuzzing;

/// <summary>Fuzzes each target in a process of its own, so that one that crashes or hangs is a failure and not the end.</summary>
internal sealed class Supervisor(FuzzSettings settings)
{
    private const int MaxCrashes = 5;

    /// <summary>Nothing that these inputs ask for takes nearly so long.</summary>
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(30);

    /// <summary>Fuzzes.</summary>
    /// <returns>Executions and failures.</returns>
    public (long Executions, long Failures) Run(IReadOnlyList<IFuzzTarget> targets)
    {
        var (executions, failures) = (0L, 0L);
        var shares = targets.Sum(t => t.Share);
        foreach (var target in targets)
        {
            var path = Path.GetTempFileName();
            try
            {
                using var recorder = new FlightRecorder(path);
                failures += Fuzz(target, recorder, settings with
                {
                    Target = target.Name,
                    Recorder = path,
                    Executions = (settings.Executions * target.Share + shares - 1) / shares,
                    Limit = settings.Limit / targets.Count,
                }) + recorder.Failures;
                executions += recorder.Executions;
            }
            finally
            {
                File.Delete(path);
            }
        }

        return (executions, failures);
    }

    private static int Fuzz(IFuzzTarget target, FlightRecorder recorder, FuzzSettings part)
    {
        var watch = Stopwatch.StartNew();
        for (var crashes = 0; ; crashes++)
        {
            var left = part with { Executions = part.Executions - recorder.Executions, Seed = part.Seed + crashes, Limit = part.Limit - watch.Elapsed };
            if (crashes == MaxCrashes || left.Executions <= 0 || left.Limit < TimeSpan.Zero) return crashes;
            if (Fuzz(left, recorder) is not { } failure) return crashes;
            Console.WriteLine($"{target.Name} FAILED: {failure}");
            Console.WriteLine($"  replay with --target {target.Name} --replay {new CorpusFolder(target).AddFailure(recorder.Input)}");
        }
    }

    private static string? Fuzz(FuzzSettings settings, FlightRecorder recorder)
    {
        using var process = Process.Start(Environment.ProcessPath!, settings.ToArguments());
        while (true)
        {
            var before = recorder.Executions;
            if (process.WaitForExit(s_hang)) return process.ExitCode == 0 ? null : $"the process ended with {process.ExitCode}";
            if (recorder.Executions != before) continue;
            process.Kill();
            process.WaitForExit();
            return $"one input took longer than {s_hang.TotalSeconds} s";
        }
    }
}
