using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>Lets the reader go before the next one is held.</summary>
internal sealed class BrokenRelay(DatabaseConnection holder, DatabaseConnection spare, Action gap) : ReaderRelay(holder, spare)
{
    public override bool TryHandOver()
    {
        Holder.EndTransaction();
        gap();
        if (!Spare.TryBeginRead())
        {
            Holder.TryBeginRead();
            return false;
        }

        Swap();
        return true;
    }
}
