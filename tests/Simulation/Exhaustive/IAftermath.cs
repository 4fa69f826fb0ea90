namespace Litestream.Simulation.Exhaustive;

/// <summary>What has to hold after a crash.</summary>
internal interface IAftermath
{
    /// <summary>Recovers from it, and checks.</summary>
    /// <exception cref="SimulationFailedException">A promise is broken.</exception>
    void Check(Fork fork);
}
