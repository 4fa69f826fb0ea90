using Litestream.Engine.Replication;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>Places of a process in which another database waits to be opened: what is still is let go.</summary>
internal sealed class ScarcePlaces() : OpenPlaces(long.MaxValue)
{
    public bool IsCrowded { get; set; } = true;

    public override bool AreScarce => IsCrowded;
}
