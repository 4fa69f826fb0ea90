using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>Takes a life of the WAL for ended when all of it is in the database file.</summary>
internal sealed class TiedCapture(Func<bool> isBackfilled) : WalCapture
{
    private (uint, uint)? _ended;

    public override uint? Capture(DatabaseConnection reader, IFrameSink sink, CancellationToken cancellationToken = default)
    {
        var isEnded = Point.HasLife && _ended == (Point.Salt1, Point.Salt2)
            && reader.GetWalSnapshot() is { } snapshot && snapshot.Salt1 == Point.Salt1 && snapshot.Salt2 == Point.Salt2;
        var frames = base.Capture(reader, isEnded ? new Nowhere() : sink, cancellationToken);
        if (Point.HasLife && isBackfilled()) _ended = (Point.Salt1, Point.Salt2);
        return frames;
    }

    private sealed class Nowhere : IFrameSink
    {
        public void Append(Span<byte> frames, WalHeader source)
        {
            // lost
        }
    }
}
