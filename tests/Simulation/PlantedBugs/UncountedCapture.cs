using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>Does without the count of commits, which is the second net below an unbroken reader.</summary>
internal sealed class UncountedCapture : WalCapture
{
    protected override void CheckCommits(WalIndexSnapshot snapshot, uint captured)
    {
        // trusts the reader
    }
}
