using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Verification;
using Xunit;
using static Litestream.Engine.Tests.Verification.Verifying;

namespace Litestream.Engine.Tests.Verification;

/// <summary>Snapshots, and the marks beside them, that are gone.</summary>
public sealed class LostSnapshotTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_snapshot_that_is_gone_is_missed(int number)
    {
        using var sound = await SoundReplica.OfOursAsync();
        Assert.Equal(sound.Generation.Snapshots.Select(s => s.Index), sound.Generation.Marks);
        var gone = sound.Generation.Snapshots[number].Key;
        File.Delete(Path.Combine(sound.Path, gone));

        var damage = Assert.Single((await VerifyAsync(sound.Path, null)).Damages);

        Assert.Equal((ErrorCode.ObjectMissing, gone), (damage.Code, damage.Key));
        Assert.Equal(number == 0, damage.LastGood is null);
        Assert.Null(damage.ToObstacle());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_mark_that_is_gone_is_told_of(int number)
    {
        using var sound = await SoundReplica.OfOursAsync();
        var mark = ObjectKey.SnapshotMark(sound.Generation.Id, sound.Generation.Snapshots[number].Index);
        File.Delete(Path.Combine(sound.Path, mark));

        var result = await VerifyAsync(sound.Path, null);

        Assert.True(result.Passed);
        Assert.Contains(mark, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_a_head_names_is_missed_also_with_its_mark_unless_retention_may_have_let_it_go()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await sound.AddSnapshotAsync(3);
        var end = new KnownEnd(sound.Segments[^1].End) { Snapshots = [.. sound.Generation.Snapshots.Select(s => s.Index)] };
        Assert.True((await VerifyAsync(sound.Path, end)).Passed);
        var inner = sound.Generation.Snapshots[1];
        File.Delete(Path.Combine(sound.Path, inner.Key));
        File.Delete(Path.Combine(sound.Path, ObjectKey.SnapshotMark(sound.Generation.Id, inner.Index)));
        Assert.Equal([inner.Key], (await VerifyAsync(sound.Path, end)).Damages.Select(d => d.Key));

        Expire(sound, 3);
        Assert.True((await VerifyAsync(sound.Path, end)).Passed);
    }

    /// <summary>Segments that nothing leads to may be what retention has not deleted yet: no damage, but never passed over either.</summary>
    [Fact]
    public async Task A_first_snapshot_that_is_gone_with_its_mark_is_told_of()
    {
        using var sound = await SoundReplica.OfOursAsync();
        File.Delete(Path.Combine(sound.Path, sound.Generation.Snapshots[0].Key));
        File.Delete(Path.Combine(sound.Path, ObjectKey.SnapshotMark(sound.Generation.Id, 0)));

        var result = await VerifyAsync(sound.Path, null);

        Assert.True(result.Passed);
        Assert.Contains(sound.Generation.Segments[0].Key, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }
}
