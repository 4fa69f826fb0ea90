using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: reading ahead asked for more at once than was left of a block, and what was left was lost with the damage of the
/// next one: a partial restore ended before commits that were intact.</summary>
public sealed class DamagedBlockTests
{
    private const int PageSize = 4096;

    /// <summary>Behind them is not room for as many as follow.</summary>
    private const int FramesOfFirstBlock = 1010;

    [Fact]
    public async Task A_partial_restore_reaches_all_that_is_in_front_of_a_damaged_block()
    {
        using var folder = new TempFolder();
        var replica = new ReplicaBuilder(pageSize: PageSize).Snapshot(0).Wal(0);
        for (var frame = 0; frame < FramesOfFirstBlock + 10; frame++) replica.Commit((byte)frame, 3, 2);
        var (_, wal) = replica.TakeWal();
        replica.Client.Objects[replica.SegmentKey(0, 0)] = (CutOffInSecondBlock(wal, (int)replica.EndOfFrame(FramesOfFirstBlock)), ReplicaBuilder.At(1));

        var plan = await new RestorePlanner(replica.Client).PlanAsync(new() { AllowPartial = true }, default);
        var result = await new Restorer(new()).RestoreAsync(
            replica.Client, plan, folder["db"], new() { Check = IntegrityCheckMode.None }, null, default);

        Assert.Equal(new Position(0, replica.EndOfFrame(FramesOfFirstBlock)), result.Reached);
    }

    private static byte[] CutOffInSecondBlock(byte[] wal, int firstBlock)
    {
        using var frame = new MemoryStream();
        using (var encoder = Lz4Frame.Encode(frame))
        {
            encoder.Write(wal.AsSpan(0, firstBlock));
            encoder.Write(wal.AsSpan(firstBlock));
        }

        const int EndSize = 8;
        return frame.ToArray()[..^(EndSize + 1)];
    }
}
