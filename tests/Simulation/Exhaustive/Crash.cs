namespace Litestream.Simulation.Exhaustive;

/// <summary>How it crashes.</summary>
internal enum Crash
{
    /// <summary>The process dies; an application that has the database open lives on.</summary>
    Process,

    /// <summary>All processes die; what was written is there.</summary>
    Everything,

    /// <summary>The power fails: nothing is left of what was not flushed.</summary>
    PowerLoss,

    /// <summary>The power fails: by chance some sectors and names are left of what was not flushed.</summary>
    PowerLossInPart,

    /// <summary>All processes die in the middle of a write.</summary>
    TornWrite,

    /// <summary>The power fails in the middle of a write.</summary>
    TornWriteAndPowerLoss,
}
