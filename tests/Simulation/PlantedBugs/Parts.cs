using System.Runtime.InteropServices;
using Litestream.Engine.Capture;
using Litestream.Engine.Sqlite;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.PlantedBugs;

/// <summary>The parts of capture, one of them wrong.</summary>
internal sealed class Parts(PlantedBug bug, Func<bool> isBackfilled, Action gap) : CaptureParts
{
    private const int BackfillOffset = 96;
    private const int LastFrameOffset = 16;

    public static CaptureParts Create(PlantedBug bug, Machine machine, string path) => new Parts(bug, () =>
    {
        if (machine.Disk.FindFile(path + "-shm")?.Memory is not { Regions.Count: > 0 } memory) return false;
        var index = memory.Regions[0].AsSpan();
        var last = MemoryMarshal.Read<uint>(index[LastFrameOffset..]);
        return last > 0 && last == MemoryMarshal.Read<uint>(index[BackfillOffset..]);
    }, machine.Ambush);

    public override WalCapture CreateCapture() => bug switch
    {
        PlantedBug.IndexTiedToLife => new TiedCapture(isBackfilled),
        PlantedBug.CommitFrameTakenForCommit => new CommitFrameCapture(),
        PlantedBug.WalReopenedByPath => new TrustingCapture(),
        PlantedBug.ReaderLetGo => new UncountedCapture(),
        _ => base.CreateCapture(),
    };

    public override ReaderRelay CreateRelay(DatabaseConnection holder, DatabaseConnection spare) =>
        bug == PlantedBug.ReaderLetGo ? new BrokenRelay(holder, spare, gap) : base.CreateRelay(holder, spare);
}
