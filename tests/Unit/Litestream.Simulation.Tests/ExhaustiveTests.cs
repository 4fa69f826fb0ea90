using Litestream.Simulation.Exhaustive;
using Litestream.Simulation.PlantedBugs;
using Xunit;

namespace Litestream.Simulation.Tests;

/// <summary>A sample of the crashes at every operation; <c>--exhaustive</c> of the simulation tries all of them.</summary>
public sealed class ExhaustiveTests
{
    private const int FolderSeed = 1;
    private const int StoreSeed = 3;
    private const int Every = 60;
    private const int NoneBehindTheFirst = 100_000_000;

    [Fact]
    public void What_crashes_at_an_operation_of_any_path_goes_on_and_lacks_nothing()
    {
        var totals = new PointTotals();
        var failures = new List<string>();
        foreach (var seed in new[] { FolderSeed, StoreSeed }) Run(seed, totals, failures, every: Every);
        Assert.Empty(failures);
        Assert.All(totals.ByPath, p => Assert.True(p.Points > 0, $"Nothing crashed in {p.Path}."));
    }

    [Fact]
    public void A_run_goes_on_as_if_no_fork_of_it_had_been()
    {
        var failures = new List<string>();
        var hashes = new[] { 2 * Every, NoneBehindTheFirst }.Select(every => Run(FolderSeed, new(), failures, every)).ToList();
        Assert.Empty(failures);
        Assert.Equal(hashes[1], hashes[0]);
        Assert.NotEqual(hashes[0], Run(FolderSeed + 1, new(), failures, every: NoneBehindTheFirst));
    }

    [Fact]
    public void A_planted_bug_is_found_and_its_crash_point_replays_alone()
    {
        var found = new List<(CrashPoint Point, string Message)>();
        SimulatedThread.Run(() => ReferenceRun.Execute(
            FolderSeed, new(), (point, e) => found.Add((point, e.Message)), bug: PlantedBug.MissingFlush, every: Every));
        var first = found.Find(f => f.Message.StartsWith("The replica", StringComparison.Ordinal));
        Assert.True(first.Point is not null, "The missing flush was not found.");

        var alone = new List<(CrashPoint Point, string Message)>();
        SimulatedThread.Run(() => ReferenceRun.Execute(
            FolderSeed, new(), (point, e) => alone.Add((point, e.Message)), only: first.Point.Operation, bug: PlantedBug.MissingFlush));
        Assert.Contains(first, alone);

        var sound = new List<string>();
        SimulatedThread.Run(() => ReferenceRun.Execute(FolderSeed, new(), (_, e) => sound.Add(e.Message), only: first.Point.Operation));
        Assert.Empty(sound);
    }

    private static ulong Run(int seed, PointTotals totals, List<string> failures, int every) => SimulatedThread.Run(() =>
        ReferenceRun.Execute(seed, totals, (point, e) => failures.Add($"{point}: {e.Message}"), every: every));
}
