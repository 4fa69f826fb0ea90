using Litestream.Simulation.Stores;

namespace Litestream.Simulation.StoreFaults;

/// <summary>One run with one fault.</summary>
/// <param name="Fault">What went wrong.</param>
/// <param name="Request">The number of the request; -1 for a run without a fault.</param>
/// <param name="Calls">All requests of the run.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Failure">The broken promise; null for none.</param>
internal sealed record StoreFaultResult(StoreFault Fault, int Request, IReadOnlyList<BucketCall> Calls, StoreFaultOutcome Outcome, Exception? Failure);
