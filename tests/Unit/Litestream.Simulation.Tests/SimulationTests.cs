using Litestream.Simulation.PlantedBugs;
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Litestream.Simulation.Tests;

public sealed class SimulationTests
{
    private const int Seeds = 120;

    [Fact]
    public void Every_seed_passes()
    {
        var results = SimulatedThread.Run(() => Enumerable.Range(1, Seeds).Select(seed => SimulationRun.Execute(seed)).ToList());
        Assert.All(results, r => Assert.True(r.Failure is null, $"seed {r.Seed}: {r.Failure}"));
        Assert.True(results.Sum(r => r.CrashPoints) > Seeds, "Hardly anything crashed.");
        Assert.True(results.Sum(r => r.Faults) > Seeds, "Hardly anything failed.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(30)]
    public void A_seed_replays_exactly(int seed)
    {
        var (first, second) = SimulatedThread.Run(() => (SimulationRun.Execute(seed), SimulationRun.Execute(seed)));
        Assert.Equal((first.TraceHash, first.Operations), (second.TraceHash, second.Operations));
        Assert.NotEqual(first.TraceHash, SimulatedThread.Run(() => SimulationRun.Execute(seed + 1)).TraceHash);
    }

    [Theory]
    [InlineData(nameof(PlantedBug.IndexTiedToLife), 30)]
    [InlineData(nameof(PlantedBug.CommitFrameTakenForCommit), 600)]
    [InlineData(nameof(PlantedBug.WalReopenedByPath), 300)]
    [InlineData(nameof(PlantedBug.ReaderLetGo), 300)]
    [InlineData(nameof(PlantedBug.MissingFlush), 30)]
    [InlineData(nameof(PlantedBug.OverlappingShipment), 30)]
    [InlineData(nameof(PlantedBug.RetentionOffByOne), 60)]
    [InlineData(nameof(PlantedBug.PageMapOfAnotherPosition), 60)]
    public void A_planted_bug_is_found(string name, int seeds)
    {
        var bug = Enum.Parse<PlantedBug>(name);
        var found = SimulatedThread.Run(() => Enumerable.Range(1, seeds).Select(seed => SimulationRun.Execute(seed, bug))
            .FirstOrDefault(r => r.Failure is { } failure && failure.Message.StartsWith("The replica", StringComparison.Ordinal)));
        Assert.True(found is not null, $"{name} was not found in {seeds} seeds.");
        var sound = SimulatedThread.Run(() => SimulationRun.Execute(found.Seed));
        Assert.True(sound.Failure is null, $"Seed {found.Seed} fails without the bug too: {sound.Failure}");
    }
}
