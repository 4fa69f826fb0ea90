using Litestream.Simulation.Stores;

namespace Litestream.Simulation.StoreFaults;

/// <summary>Every kind of fault at every request of the reference run at which there is such a fault.</summary>
internal static class StoreFaultTable
{
    public static IEnumerable<StoreFault> Kinds => Enum.GetValues<StoreFault>().Where(f => f != StoreFault.None);

    /// <summary>The run without a fault.</summary>
    public static StoreFaultResult RunReference() => StoreFaultRun.Execute(StoreFault.None, -1);

    /// <summary>The runs of one kind, one after the other.</summary>
    /// <param name="fault">The kind.</param>
    /// <param name="reference">The run without a fault.</param>
    /// <param name="every">Of the requests, each of this number; 1 for all.</param>
    public static IEnumerable<StoreFaultResult> Run(StoreFault fault, StoreFaultResult reference, int every = 1)
    {
        for (var request = (int)fault % every; request < reference.Calls.Count; request += every)
            if (StoreFaultPlan.Applies(fault, reference.Calls[request]))
                yield return StoreFaultRun.Execute(fault, request);
    }
}
