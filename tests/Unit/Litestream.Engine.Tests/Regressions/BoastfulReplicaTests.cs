using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Verification;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Fuzzing: a segment of 600 bytes that says of the database that it has 4 billion pages took 64 GiB of memory to verify, and sizes in
/// a listing were added up whatever they were.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class BoastfulReplicaTests
{
    private const long Bound = 64L << 20;

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(100_000_000)]
    [InlineData(7)]
    public async Task A_commit_of_pages_that_were_never_written_is_damage_and_takes_no_memory(uint pages)
    {
        var replica = new ReplicaBuilder().Snapshot(0, pages: 3).Wal(0).Commit(2, pages, 1).Segment();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var damages = await VerifyAsync(replica.Client);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < Bound, "memory was taken for a number");
        Assert.Equal(ErrorCode.ObjectCorrupt, Assert.Single(damages).Code);
    }

    [Fact]
    public async Task A_database_that_grows_by_what_it_writes_is_none()
    {
        var replica = new ReplicaBuilder().Snapshot(0, pages: 3).Wal(0).Commit(2, 6, 4, 5, 6).Commit(3, 2, 1).Commit(4, 5, 3, 4, 5).Segment();
        Assert.Empty(await VerifyAsync(replica.Client));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task Sizes_of_a_listing_can_be_added_up(long size)
    {
        var replica = new HookedReplicaClient(new ReplicaBuilder().Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2).Segment().Client)
        {
            Lists = (_, found) => Task.FromResult<IReadOnlyList<ReplicaObject>>([.. found.Select(o => o with { Size = size })]),
        };
        var generation = await new ReplicaCatalog(replica).GetGenerationAsync(GenerationId.Parse("0123456789abcdef"), default);
        Assert.True(generation.Size >= 0);
        var plan = await new RestorePlanner(replica).PlanAsync(new(), default);
        Assert.True(plan.Size >= 0);
    }

    [Fact]
    public void Pages_behind_the_end_of_a_commit_are_not_written()
    {
        using var folder = new TempFolder();
        using var file = LocalFileSystem.Instance.Open(folder["db"], FileOpenMode.CreateNew);
        using var buffer = new TransactionBuffer(LocalFileSystem.Instance, folder["spill"], 512, capacity: 1024);
        foreach (var page in new uint[] { 1, 2, 3, 4_000_000_000, 4_000_000_001 }) buffer.Add(page, new byte[512]);
        buffer.Commit(new(file, 512), pageCount: 2);
        Assert.Equal(1024, file.Length);
    }

    private static async Task<IReadOnlyList<ReplicaDamage>> VerifyAsync(MemoryReplicaClient replica)
    {
        var generation = await new ReplicaCatalog(replica).GetGenerationAsync(GenerationId.Parse("0123456789abcdef"), default);
        using var chain = new ChainVerifier(replica, generation, (_, _) => { }, search: null);
        await chain.RunAsync(default);
        return chain.Damages;
    }
}
