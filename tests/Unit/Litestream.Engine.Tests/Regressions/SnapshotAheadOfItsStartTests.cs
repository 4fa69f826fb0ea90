using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A restore to the start of an index took the snapshot of that index, though one of Litestream holds an unknown part of it, where the index before was
/// replayed whole by a single segment: that was held for one that may be replayed in part.</summary>
public sealed class SnapshotAheadOfItsStartTests
{
    [Fact]
    public async Task A_restore_to_the_start_of_an_index_holds_nothing_of_it()
    {
        using var folder = new TempFolder();
        // the snapshot of index 1 holds what (1,0) brings
        var replica = new ReplicaBuilder();
        replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Snapshot(1, version: 9).Wal(1).Commit(9, 3, 1, 2, 3).Segment();

        var plan = await new RestorePlanner(replica.Client).PlanAsync(new() { Index = 1, Offset = 0 }, default);
        await new Restorer(new()).RestoreAsync(replica.Client, plan, folder["db"], new() { Check = IntegrityCheckMode.None }, null, default);

        var bytes = await File.ReadAllBytesAsync(folder["db"]);
        Assert.Equal([2, 1, 1], Enumerable.Range(0, bytes.Length / replica.PageSize).Select(i => (int)bytes[(i * replica.PageSize) + 200]));
    }
}
