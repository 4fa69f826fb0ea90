using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Replicas;

public sealed class ReplicaCatalogTests
{
    private readonly ReplicaBuilder _replica = new();

    private ReplicaCatalog Catalog => new(_replica.Client);

    [Fact]
    public async Task List_shows_what_a_generation_holds()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2).Segment().Wal(1).Commit(4, 3, 1).Segment();
        var generation = Assert.Single(await ListAsync());
        Assert.Equal(_replica.Generation, generation.Id);
        Assert.Equal(0, Assert.Single(generation.Snapshots).Index);
        Assert.Equal([new Position(0, 0), new(0, _replica.EndOfFrame(1)), new(1, 0)], generation.Segments.Select(s => s.Start));
        Assert.Equal(ReplicaBuilder.At(0), generation.CreatedAt);
        Assert.Equal(ReplicaBuilder.At(3), generation.UpdatedAt);
        Assert.Equal(_replica.Client.Objects.Values.Sum(o => o.Content.Length), generation.Size);
    }

    [Fact]
    public async Task List_passes_over_names_that_are_not_of_the_format()
    {
        _replica.Snapshot(0);
        var folder = ObjectKey.Generation(_replica.Generation);
        foreach (var key in (string[])[
            folder + "snapshots/0000000.snapshot.lz4", folder + "snapshots/0000000A.snapshot.lz4", folder + "snapshots/80000000.snapshot.lz4",
            folder + "snapshots/00000001.snapshot.lz4.tmp", folder + "wal/00000000.wal.lz4", folder + "wal/00000000_000000000.wal.lz4",
            folder + "wal/00000000-00000000.wal.lz4", folder + "wal/x/00000000_00000000.wal.lz4", "generations/ABCDEF0123456789/snapshots/00000000.snapshot.lz4",
            "generations/0123/snapshots/00000000.snapshot.lz4", "generations/empty"])
            _replica.Put(key, [1]);
        var generation = Assert.Single(await ListAsync());
        Assert.Single(generation.Snapshots);
        Assert.Empty(generation.Segments);
    }

    [Fact]
    public async Task List_says_ReplicaNotFound_where_nothing_is()
    {
        Assert.Equal(ErrorCode.ReplicaNotFound, (await FailAsync()).Code);
        _replica.Put("notes.txt", [1]);
        var e = await FailAsync();
        Assert.Equal(ErrorCode.ReplicaNotFound, e.Code);
        Assert.Contains("notes.txt", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ltx/0/0000000000000001-0000000000000001.ltx", "LTX")]
    [InlineData("0000000000000001-0000000000000001.ltx", "LTX")]
    [InlineData("0123456789abcdef/snapshots/00000000.snapshot.lz4", "'generations' folder")]
    [InlineData("snapshots/00000000.snapshot.lz4", "one generation")]
    [InlineData("wal/00000000_00000000.wal.lz4", "one generation")]
    public async Task List_says_what_else_it_has_found(string key, string what)
    {
        _replica.Put(key, [1]);
        var e = await FailAsync();
        Assert.Equal(ErrorCode.ReplicaFormatUnknown, e.Code);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetGeneration_names_the_generations_that_are_there()
    {
        _replica.Snapshot(0);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => Catalog.GetGenerationAsync(GenerationId.Parse("ffffffffffffffff"), default));
        Assert.Equal(ErrorCode.GenerationNotFound, e.Code);
        Assert.Contains("0123456789abcdef", e.Hint, StringComparison.Ordinal);
        Assert.NotNull(await Catalog.GetGenerationAsync(_replica.Generation, default));
    }

    [Fact]
    public async Task MeasureSegments_tells_where_each_ends()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2, 3).Segment().Wal(1).Segment().Wal(2).Commit(4, 3, 1).Segment();
        var generation = Assert.Single(await ListAsync());
        var ends = new List<Position>();
        await foreach (var segment in Catalog.MeasureSegmentsAsync(generation, default)) ends.Add(segment.End);
        Assert.Equal([new(0, _replica.EndOfFrame(1)), new(0, _replica.EndOfFrame(3)), new(1, 32), new(2, _replica.EndOfFrame(1))], ends);
    }

    [Fact]
    public async Task MeasureSegments_names_a_truncated_object()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment();
        var key = _replica.SegmentKey(0, 0);
        _replica.Client.Objects[key] = (_replica.Client.Objects[key].Content[..^9], ReplicaBuilder.At(1));
        var generation = Assert.Single(await ListAsync());
        var e = await Assert.ThrowsAsync<LitestreamException>(async () =>
        {
            await foreach (var segment in Catalog.MeasureSegmentsAsync(generation, default)) Assert.NotNull(segment);
        });
        Assert.Equal((ErrorCode.ObjectCorrupt, key), (e.Code, e.Target));
    }

    private async Task<List<GenerationInfo>> ListAsync()
    {
        var found = new List<GenerationInfo>();
        await foreach (var generation in Catalog.ListGenerationsAsync(default)) found.Add(generation);
        return found;
    }

    private Task<LitestreamException> FailAsync() => Assert.ThrowsAsync<LitestreamException>(ListAsync);
}
