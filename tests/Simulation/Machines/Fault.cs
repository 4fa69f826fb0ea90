namespace Litestream.Simulation.Machines;

/// <summary>What can go wrong at an operation.</summary>
internal enum Fault
{
    None,

    /// <summary>The process dies before the operation.</summary>
    Crash,

    /// <summary>The machine goes off: all processes die, what was not flushed may be lost.</summary>
    PowerLoss,

    /// <summary>The operation is refused.</summary>
    Error,

    /// <summary>No space is left.</summary>
    Full,

    /// <summary>Only a part is written; then the process dies or is told that the disk is full.</summary>
    TornWrite,

    /// <summary>The operation takes seconds, in which others go on.</summary>
    Delay,

    /// <summary>A store lists what it held some time ago.</summary>
    StaleListing,

    /// <summary>A store takes an object and answers that it has failed; the object comes again.</summary>
    DuplicatePut,
}
