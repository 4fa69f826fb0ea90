using Litestream.Engine.Replication;

namespace Litestream.Simulation.Replicators;

/// <summary>Places of a process in which other databases wait to be opened now and then: what is still is let go then.</summary>
internal sealed class CrowdedPlaces() : OpenPlaces(long.MaxValue)
{
    public bool IsCrowded { get; set; }

    public override bool AreScarce => IsCrowded;
}
