using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Stores;

/// <summary>The one fault of a run, at the request of a number.</summary>
/// <param name="fault">What.</param>
/// <param name="at">The request, from 0; -1 for none.</param>
internal sealed class StoreFaultPlan(StoreFault fault, int at)
{
    private readonly List<BucketCall> _calls = [];

    /// <summary>All requests so far.</summary>
    public IReadOnlyList<BucketCall> Calls => _calls;

    /// <summary>Is done right before the next request.</summary>
    public Action? Late { get; set; }

    public StoreFault Take(BucketCall call)
    {
        _calls.Add(call);
        Late?.Invoke();
        Late = null;
        return _calls.Count - 1 == at && Applies(fault, call) ? fault : StoreFault.None;
    }

    /// <summary>Whether there is such a fault of such a request.</summary>
    public static bool Applies(StoreFault fault, BucketCall call) => fault switch
    {
        StoreFault.ResetMidway or StoreFault.ShortRead => call.Operation is Operation.StoreGet or Operation.StoreList && !call.IsHead,
        StoreFault.WrongLength or StoreFault.Corrupt => call.Operation is Operation.StoreGet && !call.IsHead,
        StoreFault.StrangeAnswer => !call.IsHead && !call.IsOfUploads && call.Operation is not Operation.StoreDelete,
        StoreFault.PartialUpload => call.Operation is Operation.StorePut,
        StoreFault.DuplicateDelivery => call.Operation is Operation.StorePut or Operation.StoreDelete,
        StoreFault.StaleListing or StoreFault.ListingPageLost or StoreFault.ListingCut or StoreFault.ListingReordered =>
            call.Operation is Operation.StoreList && !call.IsOfUploads,
        _ => true,
    };
}
