using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>A damaged replica: each damage has its name, names its object and the last good restore point, and leaves no
/// file. That last good point can then be restored.</summary>
public sealed class RestoreDamageTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ReplicaBuilder _replica = new();

    public RestoreDamageTests() => _replica
        .Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2).Segment().Commit(4, 3, 3).Segment()
        .Wal(1).Commit(5, 3, 1).Segment().Commit(6, 3, 2).Segment();

    private string Middle => _replica.SegmentKey(0, _replica.EndOfFrame(1));

    private string FirstOfSecond => _replica.SegmentKey(1, 0);

    private string Snapshot => ObjectKey.Snapshot(_replica.Generation, 0);

    [Fact]
    public async Task A_missing_segment_in_the_middle()
    {
        Remove(Middle);
        await FailAsync(ErrorCode.ObjectMissing, Middle);
        await AssertLastGoodAsync(0, 1, [2, 1, 1]);
    }

    [Fact]
    public async Task A_missing_segment_that_ends_inside_a_transaction_at_the_end_of_an_index()
    {
        var replica = new ReplicaBuilder { Client = new() };
        replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Frames(3, 2).Segment().Wal(1).Commit(4, 3, 3).Segment();
        await FailAsync(ErrorCode.ObjectMissing, replica.SegmentKey(0, replica.EndOfFrame(2)), replica);
    }

    [Fact]
    public async Task A_segment_that_vanishes_after_the_plan()
    {
        var plan = await PlanAsync(new());
        Remove(Middle);
        await FailAsync(ErrorCode.ObjectMissing, Middle, plan: plan);
    }

    [Fact]
    public async Task An_overlapping_segment()
    {
        var (content, _) = _replica.Client.Objects[Middle];
        var extra = _replica.SegmentKey(0, _replica.EndOfFrame(1) - 24);
        _replica.Client.Objects[extra] = (content, ReplicaBuilder.At(2));
        await FailAsync(ErrorCode.ObjectCorrupt, extra);
        await AssertLastGoodAsync(0, 1, [2, 1, 1]);
    }

    [Fact]
    public async Task An_object_of_no_bytes()
    {
        Change(Middle, _ => []);
        await FailAsync(ErrorCode.ObjectCorrupt, Middle);
        await AssertLastGoodAsync(0, 1, [2, 1, 1]);
    }

    [Fact]
    public async Task An_object_cut_off_anywhere()
    {
        var length = _replica.Client.Objects[Middle].Content.Length;
        var whole = _replica.Client.Objects[Middle].Content;
        for (var cut = 1; cut < length; cut++)
        {
            Change(Middle, _ => whole[..cut]);
            await FailAsync(ErrorCode.ObjectCorrupt, Middle);
        }

        // all but the end of the checksum is there, so its commit can be read
        await AssertLastGoodAsync(0, 2, [2, 3, 1]);
    }

    [Fact]
    public async Task A_bit_flipped_anywhere()
    {
        foreach (var key in (string[])[Middle, Snapshot])
        {
            var whole = _replica.Client.Objects[key].Content;
            for (var i = 0; i < whole.Length; i++)
            {
                var bad = (byte[])whole.Clone();
                bad[i] ^= (byte)(1 << i % 8);
                Change(key, _ => bad);
                // some bits make no difference to what is unpacked: a match of equal bytes at another distance
                var plan = await PlanAsync(new());
                if (await UnpackAsync(bad) == await UnpackAsync(whole)) continue;
                // whichever checksum comes to it first
                var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(plan));
                Assert.True(e.Code is ErrorCode.ObjectCorrupt or ErrorCode.ChecksumMismatch, $"bit {i}: {e.Message}");
                Assert.Equal(key, e.Target);
                Assert.Empty(Directory.GetFiles(_folder.Path));
            }

            Change(key, _ => whole);
        }
    }

    [Fact]
    public async Task Bytes_behind_the_end_of_an_object()
    {
        Change(Middle, whole => [.. whole, 1, 2, 3, 4, 5]);
        await FailAsync(ErrorCode.ObjectCorrupt, Middle);
    }

    [Fact]
    public async Task An_object_that_is_encrypted()
    {
        Change(Middle, _ => [.. "age-encryption.org/v1\n-> X25519 abc\n"u8]);
        await FailAsync(ErrorCode.ObjectEncrypted, Middle);
        await AssertLastGoodAsync(0, 1, [2, 1, 1]);
    }

    [Fact]
    public async Task A_snapshot_that_is_encrypted()
    {
        Change(Snapshot, _ => [.. "age-encryption.org/v1\n-> X25519 abc\n"u8]);
        await FailAsync(ErrorCode.ObjectEncrypted, Snapshot);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 20)]
    [InlineData(0, 31)]
    [InlineData(1, 0)]
    [InlineData(1, 8)]
    [InlineData(1, 20)]
    [InlineData(1, 300)]
    public async Task A_WAL_whose_checksum_does_not_hold(int segment, int flipped)
    {
        var replica = new ReplicaBuilder();
        replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2);
        var key = segment == 0 ? replica.SegmentKey(0, 0) : replica.SegmentKey(0, replica.EndOfFrame(1));
        var first = new WalWriter(512, 1000).Frame(1, replica.Page(1, 2), 3);
        if (segment == 1) first.Take();
        var (_, bytes) = segment == 1 ? first.Frame(2, replica.Page(2, 3), 3).Take() : first.Take();
        replica.Put(key, bytes, minute: 5);
        await RestoreAsync(await PlanAsync(new(), replica), replica);
        File.Delete(_folder["db"]);
        bytes[flipped] ^= 1;
        replica.Put(key, bytes, minute: 5);
        await FailAsync(ErrorCode.ChecksumMismatch, key, replica);
    }

    [Fact]
    public async Task A_segment_of_another_WAL()
    {
        var foreign = new WalWriter(512, 999).Frame(1, _replica.Page(1, 2), 3);
        foreign.Take();
        _replica.Put(Middle, foreign.Frame(2, _replica.Page(2, 9), 3).Take().Bytes);
        await FailAsync(ErrorCode.ChecksumMismatch, Middle);
        await AssertLastGoodAsync(0, 1, [2, 1, 1]);
    }

    /// <summary>A file that was put back, behind one that begins with salts of its own: only both salts together tell.</summary>
    [Fact]
    public async Task A_WAL_of_an_earlier_index_behind_one_that_does_not_follow()
    {
        var replica = new ReplicaBuilder();
        replica.Snapshot(0).Wal(0, salt: 1000).Commit(2, 3, 1).Segment().Wal(1, salt: 500_000).Commit(3, 3, 2).Segment().Wal(2, salt: 1000).Commit(4, 3, 3).Segment();
        await FailAsync(ErrorCode.ObjectCorrupt, replica.SegmentKey(2, 0), replica);
    }

    [Fact]
    public async Task A_WAL_of_another_page_size()
    {
        _replica.Put(FirstOfSecond, new WalWriter(1024, 1001).Take().Bytes);
        await FailAsync(ErrorCode.ObjectCorrupt, FirstOfSecond);
        await AssertLastGoodAsync(0, 3, [2, 3, 4]);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x40000000u / 512 + 1)]
    public async Task A_frame_for_a_page_that_does_not_exist(uint page)
    {
        _replica.Put(FirstOfSecond, new WalWriter(512, 1001).Frame(page, _replica.Page(2, 2), 3).Take().Bytes);
        Remove(_replica.SegmentKey(1, _replica.EndOfFrame(1)));
        await FailAsync(ErrorCode.ObjectCorrupt, FirstOfSecond);
    }

    [Fact]
    public async Task A_missing_index_in_a_plan_made_by_hand()
    {
        var plan = await PlanAsync(new());
        await FailAsync(ErrorCode.ObjectMissing, FirstOfSecond,
            plan: plan with { Segments = [.. plan.Segments.Where(s => s.Key != FirstOfSecond)] });
        await FailAsync(ErrorCode.ObjectMissing, _replica.SegmentKey(0, 0), plan: plan with { Segments = [.. plan.Segments.Skip(1)] });
    }

    [Fact]
    public async Task A_plan_that_stops_behind_the_end()
    {
        var plan = await PlanAsync(new());
        await FailAsync(ErrorCode.RestorePointNotFound, plan.ReplicaUrl, plan: plan with { StopOffset = 1_000_000 });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(512 * 3 - 1)]
    [InlineData(512 * 3 + 100)]
    public async Task A_snapshot_of_a_length_that_is_none(int length)
    {
        var content = _replica.Page(1, 1).Concat(_replica.Page(2, 1)).Concat(_replica.Page(3, 1)).Concat(new byte[512]).Take(length).ToArray();
        _replica.Put(Snapshot, content);
        await FailAsync(ErrorCode.ObjectCorrupt, Snapshot);
    }

    [Fact]
    public async Task A_snapshot_that_is_no_database()
    {
        _replica.Put(Snapshot, new byte[1024]);
        var e = await FailAsync(ErrorCode.ObjectCorrupt, Snapshot);
        Assert.Contains("another generation", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_pass_SQLites_check()
    {
        var plan = await PlanAsync(new());
        var e = await Assert.ThrowsAsync<LitestreamException>(
            () => new Restorer(new()).RestoreAsync(_replica.Client, plan, _folder["db"], new(), null, default));
        Assert.Equal(ErrorCode.IntegrityCheckFailed, e.Code);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private void Remove(string key) => Assert.True(_replica.Client.Objects.TryRemove(key, out _));

    private void Change(string key, Func<byte[], byte[]> change) =>
        _replica.Client.Objects[key] = (change(_replica.Client.Objects[key].Content), _replica.Client.Objects[key].Time);

    private static async Task<string?> UnpackAsync(byte[] frame)
    {
        try
        {
            using var content = new MemoryStream();
            await Lz4Frame.Decode(new MemoryStream(frame)).CopyToAsync(content);
            return Convert.ToHexString(content.ToArray());
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException or InvalidOperationException or NotImplementedException or NotSupportedException)
        {
            return null;
        }
    }

    private Task<RestorePlan> PlanAsync(RestoreRequest request, ReplicaBuilder? replica = null) =>
        new RestorePlanner((replica ?? _replica).Client).PlanAsync(request, default);

    private Task<RestoreResult> RestoreAsync(RestorePlan plan, ReplicaBuilder? replica = null) => new Restorer(new()).RestoreAsync(
        (replica ?? _replica).Client, plan, _folder["db"], new() { Check = IntegrityCheckMode.None }, null, default);

    private async Task<LitestreamException> FailAsync(ErrorCode code, string target, ReplicaBuilder? replica = null, RestorePlan? plan = null)
    {
        plan ??= await PlanAsync(new(), replica);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(plan, replica));
        Assert.Equal((code, target), (e.Code, e.Target));
        Assert.Empty(Directory.GetFiles(_folder.Path));
        if (code != ErrorCode.RestorePointNotFound) Assert.Contains("good restore point", e.Hint, StringComparison.Ordinal);
        return e;
    }

    private async Task AssertLastGoodAsync(int index, int frames, int[] versions)
    {
        var e = await Assert.ThrowsAsync<LitestreamException>(async () => await RestoreAsync(await PlanAsync(new())));
        Assert.Contains($"index {index}, offset {_replica.EndOfFrame(frames)} ({RestorePoint.Format(ReplicaBuilder.At(frames))})", e.Hint, StringComparison.Ordinal);
        await RestoreAsync(await PlanAsync(new() { Index = index, Offset = _replica.EndOfFrame(frames) }));
        var bytes = await File.ReadAllBytesAsync(_folder["db"]);
        Assert.Equal(versions, Enumerable.Range(0, bytes.Length / 512).Select(i => (int)bytes[i * 512 + 200]));
        File.Delete(_folder["db"]);
    }
}
