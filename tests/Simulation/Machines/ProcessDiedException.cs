namespace Litestream.Simulation.Machines;

/// <summary>The process that runs this code is dead: it unwinds and does nothing any more.</summary>
internal sealed class ProcessDiedException() : Exception("The simulated process has died.");
