using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>Goes on from any point, whatever WAL it finds, and does without the count of commits, which would notice most of the time.</summary>
internal sealed class TrustingCapture : WalCapture
{
    public override string? TryResume(DatabaseConnection reader, CapturePoint point)
    {
        StartAt(point);
        return null;
    }

    protected override void CheckCommits(WalIndexSnapshot snapshot, uint captured)
    {
        // trusts the path
    }
}
