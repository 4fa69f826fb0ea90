using Litestream.Simulation.Machines;
using Litestream.Simulation.StoreFaults;
using Litestream.Simulation.Stores;
using Xunit;

namespace Litestream.Simulation.Tests;

/// <summary>A sample of the store faults at every operation; <c>--store-faults</c> of the simulation tries all of them.</summary>
public sealed class StoreFaultTests
{
    private const int Every = 60;

    [Fact]
    public void A_snapshot_of_which_a_store_shows_half_is_shipped_again()
    {
        var result = SimulatedThread.Run(() =>
        {
            var put = StoreFaultTable.RunReference().Calls.ToList().FindIndex(
                c => c.Operation == Operation.StorePut && c.Key.Contains("/snapshots/", StringComparison.Ordinal));
            return StoreFaultRun.Execute(StoreFault.PartialUpload, put);
        });
        Assert.True(result.Failure is null, result.Failure?.Message);
        Assert.Equal(StoreFaultOutcome.WasTold, result.Outcome);
    }

    [Fact]
    public void Whatever_a_store_does_wrong_nothing_confirmed_is_missing_and_each_error_has_a_name()
    {
        var results = SimulatedThread.Run(() =>
        {
            var reference = StoreFaultTable.RunReference();
            return StoreFaultTable.Kinds.SelectMany(kind => StoreFaultTable.Run(kind, reference, Every)).Prepend(reference).ToList();
        });
        Assert.All(results, r => Assert.True(r.Failure is null, $"{r.Fault} at request {r.Request}: {r.Failure?.Message}"));
        Assert.True(results.DistinctBy(r => r.Fault).Count() > 12, "Hardly any kind of fault was there.");
        Assert.Contains(results, r => r.Outcome == StoreFaultOutcome.WasTold);
        Assert.Equal(StoreFaultOutcome.WentOn, results[0].Outcome);
    }
}
