namespace Litestream.Simulation.StoreFaults;

/// <summary>What came of a fault.</summary>
internal enum StoreFaultOutcome
{
    /// <summary>Nobody was told anything, and all was as promised.</summary>
    WentOn,

    /// <summary>Somebody was told by an error of the engine's; what was tried again was as promised.</summary>
    WasTold,

    /// <summary>A promise was broken, or an error came that has no name.</summary>
    Failed,
}
