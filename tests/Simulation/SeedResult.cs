namespace Litestream.Simulation;

/// <summary>What came of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="CrashPoints">Processes that died and power losses.</param>
/// <param name="Faults">Other faults.</param>
/// <param name="Operations">Operations at which one could have come.</param>
/// <param name="TraceHash">All that happened; the same for two runs of a seed.</param>
/// <param name="Failure">The broken promise; null for none.</param>
internal sealed record SeedResult(int Seed, int CrashPoints, int Faults, long Operations, ulong TraceHash, Exception? Failure);
