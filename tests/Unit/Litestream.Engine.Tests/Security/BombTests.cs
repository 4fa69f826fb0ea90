using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Security;

/// <summary>Objects that say, or unpack to, far more than they are take no more memory and no more disk than they may.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class BombTests : IDisposable
{
    private const long Memory = 128L << 20;
    private const long MaxSize = 8L << 20;
    private const int Unpacked = 1 << 30;

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_snapshot_that_unpacks_to_a_gigabyte_ends_at_the_size_that_is_allowed()
    {
        var replica = new ReplicaBuilder();
        replica.Client.Objects[ObjectKey.Snapshot(replica.Generation, 0)] = (Bomb(Header()), default);
        await AssertRefusedAsync(replica.Client, ErrorCode.RestoreTooLarge);
    }

    [Fact]
    public async Task A_header_of_four_billion_pages_is_not_believed()
    {
        var page = Header();
        page.AsSpan(28, 4).Fill(0xff);
        var replica = new ReplicaBuilder();
        replica.Put(ObjectKey.Snapshot(replica.Generation, 0), page);
        await AssertRefusedAsync(replica.Client, ErrorCode.RestoreTooLarge);
    }

    [Fact]
    public async Task A_commit_of_four_billion_pages_is_not_believed() =>
        await AssertRefusedAsync(WithSnapshot().Wal(0).Commit(2, uint.MaxValue, 1).Segment().Client, ErrorCode.RestoreTooLarge);

    [Fact]
    public async Task A_frame_for_the_last_page_there_could_be_makes_no_file_of_that_size()
    {
        var replica = WithSnapshot().Wal(0).Commit(2, 3, uint.MaxValue, 1).Segment().Client;
        await RestoreAsync(replica, new() { MaxSize = MaxSize, Check = IntegrityCheckMode.None });
        Assert.Equal(3 * 512, new FileInfo(_folder["restored/db"]).Length);
    }

    [Fact]
    public async Task A_segment_that_unpacks_to_a_gigabyte_is_verified_in_little_memory()
    {
        var replica = WithSnapshot().Wal(0);
        replica.Client.Objects[ObjectKey.Segment(replica.Generation, new(0, 0))] = (Bomb(new byte[32]), default);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(replica.Client, new() { FallsBack = false }));
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < Memory, "it was unpacked into memory");
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public async Task The_content_size_in_a_frame_is_not_believed(long size)
    {
        var header = new byte[] { 0x68, 0x70, 0, 0, 0, 0, 0, 0, 0, 0 };
        BitConverter.TryWriteBytes(header.AsSpan(2), size);
        byte[] frame = [.. Lz4Frame.Magic, .. header, (byte)(K4os.Hash.xxHash.XXH32.DigestOf(header) >> 8), 3, 0, 0, 0x80, 1, 2, 3, 0, 0, 0, 0];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        using var content = new DecodedObjectStream(new MemoryStream(frame), "key");
        try
        {
            await content.CopyToAsync(Stream.Null);
        }
        catch (LitestreamException e)
        {
            Assert.Equal(ErrorCode.ObjectCorrupt, e.Code);
        }

        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < Memory, "memory was taken for a number");
    }

    public void Dispose() => _folder.Dispose();

    private async Task AssertRefusedAsync(MemoryReplicaClient replica, ErrorCode code)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var error = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(replica, new() { MaxSize = MaxSize }));
        Assert.Equal(code, error.Code);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < Memory, "it was read into memory");
        Assert.Empty(Directory.GetFiles(_folder["restored"])); // nothing of it is left
    }

    private async Task RestoreAsync(MemoryReplicaClient replica, RestoreOptions options)
    {
        var plan = await new RestorePlanner(replica).PlanAsync(new(), default);
        await new Restorer(new()).RestoreAsync(replica, plan, _folder["restored/db"], options, null, default);
    }

    /// <summary>The first page of a database that does not say how many there are.</summary>
    private static byte[] Header()
    {
        var page = ReplicaBuilder.Page(512, 1, 0);
        page.AsSpan(24, 76).Clear();
        return page;
    }

    private static ReplicaBuilder WithSnapshot()
    {
        var replica = new ReplicaBuilder();
        return replica.Put(ObjectKey.Snapshot(replica.Generation, 0), [.. Header(), .. new byte[1024]]);
    }

    /// <summary>A begin, and a gigabyte of zeros.</summary>
    private static byte[] Bomb(byte[] start)
    {
        using var frame = new MemoryStream();
        using (var encoder = Lz4Frame.Encode(frame))
        {
            encoder.Write(start);
            var zeros = new byte[1 << 20];
            for (var done = 0; done < Unpacked; done += zeros.Length) encoder.Write(zeros);
        }

        Assert.True(frame.Length < Unpacked / 200);
        return frame.ToArray();
    }
}
