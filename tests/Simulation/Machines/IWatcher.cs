using Litestream.Simulation.Disks;

namespace Litestream.Simulation.Machines;

/// <summary>Sees what the processes of a machine are about to do.</summary>
internal interface IWatcher
{
    /// <summary>Whether what is done in forks is told, too.</summary>
    bool IsTold { get; }

    /// <summary>An operation begins.</summary>
    void Before(SimulatedProcess process, Operation operation, string target);

    /// <summary>Bytes are about to be written, behind <see cref="Before"/>.</summary>
    void BeforeWrite(SimulatedProcess process, string path, DiskFile file, ReadOnlySpan<byte> bytes, long offset);
}
