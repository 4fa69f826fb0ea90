using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>Goes on from any point, whatever WAL it finds.</summary>
internal sealed class TrustingCapture : WalCapture
{
    public override string? TryResume(DatabaseConnection reader, CapturePoint point)
    {
        StartAt(point);
        return null;
    }
}
