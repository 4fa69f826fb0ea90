using System.Diagnostics;
using System.Globalization;
using Litestream.Stress.PowerCuts;
using Litestream.Stress.Restores;

namespace Litestream.Stress.Cases;

/// <summary>Cuts the power of a volume that holds a database, its metadata folder and its replica, under load; see <see cref="LoopVolume"/>.</summary>
internal static class PowerCutCase
{
    private const int RoundsPerVolume = 5;

    /// <summary>Runs the rounds in a mount namespace of their own: however this ends, nothing stays mounted.</summary>
    /// <returns>0 if nothing failed, or nothing can be cut here.</returns>
    public static async Task<int> StartAsync(int rounds, int seed)
    {
        if (LoopVolume.Missing is { } missing)
        {
            Console.WriteLine($"skipped: no power is cut here, because {missing}.");
            return 0;
        }

        using var inside = Process.Start("unshare",
        [
            "--mount", "dotnet", Path.Combine(AppContext.BaseDirectory, "Stress.dll"), "--case", "powercut-inside",
            "--rounds", rounds.ToString(CultureInfo.InvariantCulture), "--seed", seed.ToString(CultureInfo.InvariantCulture),
        ]);
        await inside.WaitForExitAsync();
        return inside.ExitCode;
    }

    /// <summary>Runs the rounds, some on one volume each, and prints what came of them.</summary>
    /// <returns>0 if nothing failed.</returns>
    public static async Task<int> RunAsync(int rounds, int seed)
    {
        var oracle = Oracle.Find();
        var tally = new CutTally();
        for (var volume = 0; volume * RoundsPerVolume < rounds; volume++)
            await RunAsync(seed + volume, LoopVolume.FileSystems[volume % LoopVolume.FileSystems.Count], Math.Min(RoundsPerVolume, rounds - volume * RoundsPerVolume), oracle, tally);
        Console.WriteLine(tally);
        return tally.Failures == 0 ? 0 : 1;
    }

    private static async Task RunAsync(int seed, string fileSystem, int rounds, Oracle? oracle, CutTally tally)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = RunFolder.Create($"powercut-{seed}");
        var failed = tally.Failures;
        await using (var volume = await LoopVolume.CreateAsync(fileSystem, folder.Root))
        {
            await using var life = new CutLife(seed, folder, volume, oracle, tally);
            try
            {
                await life.ExecuteAsync(rounds);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // whatever it is, these rounds have failed, and the next ones shall show whether they do so too
                tally.Failures++;
                Console.WriteLine(folder.Describe(e, life.Events));
            }
        }

        if (tally.Failures == failed) folder.Delete();
        Console.WriteLine($"seed {seed}, {fileSystem}, {Stopwatch.GetElapsedTime(started).TotalSeconds:f0} s: {tally}");
    }
}
