using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Tests.DamageTable;
using Xunit;
using static Litestream.Engine.Tests.Verification.Verifying;

namespace Litestream.Engine.Tests.Verification;

/// <summary>Which object is blamed where two do not agree, and from where on the rest is read.</summary>
public sealed class BlameTests
{
    /// <summary>From a later snapshot on all is read as closely as from the first one, and that snapshot is not blamed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Behind_a_gap_the_next_snapshot_begins_anew(bool isAllGone)
    {
        using var sound = await SoundReplica.OfOursAsync();
        var later = sound.Generation.Snapshots[1].Index;
        foreach (var segment in sound.Generation.Segments.Where(s => s.Start.Index < later && (isAllGone || s.Start.Index == later - 1)))
            File.Delete(Path.Combine(sound.Path, segment.Key));
        var end = sound.Generation.Segments.Last(s => s.Start.Index == later + 1);
        File.Delete(Path.Combine(sound.Path, end.Key));

        var damages = (await VerifyAsync(sound.Path, null)).Damages.Select(d => d.Key);

        Assert.Equal([ObjectKey.Segment(sound.Generation.Id, new(isAllGone ? 0 : later - 1, 0)), end.Key], damages);
    }

    /// <summary>Each index of ours is tied to the end of the one before: so it shows which of the two is not as it was.</summary>
    [Fact]
    public async Task The_missing_end_of_an_index_is_blamed_and_the_snapshot_behind_it_begins_anew()
    {
        using var sound = await SoundReplica.OfOursAsync();
        var later = sound.Generation.Snapshots[1].Index;
        var missing = sound.Generation.Segments.Last(s => s.Start.Index == later - 1);
        File.Delete(Path.Combine(sound.Path, missing.Key));
        var bad = sound.Generation.Segments.Last(s => s.Start.Index == later);
        Flip(Path.Combine(sound.Path, bad.Key), (int)bad.Size / 2);

        var damages = (await VerifyAsync(sound.Path, null)).Damages;

        Assert.Equal([missing.Key, bad.Key], damages.Select(d => d.Key));
        Assert.Equal([missing.Start, bad.Start], damages.Select(d => d.LastGood!.Value));
    }

    [Fact]
    public async Task A_snapshot_in_the_place_of_another_is_blamed_by_its_seal_or_the_WAL_and_only_remarkable_where_neither_can_tell()
    {
        using var sound = await SoundReplica.OfOursAsync();
        var (first, later) = (Path.Combine(sound.Path, sound.Generation.Snapshots[0].Key), Path.Combine(sound.Path, sound.Generation.Snapshots[1].Key));
        var content = await File.ReadAllBytesAsync(first);
        await File.WriteAllBytesAsync(later, content);
        Assert.Equal([sound.Generation.Snapshots[1].Key], (await VerifyAsync(sound.Path, null)).Damages.Select(d => d.Key));
        await File.WriteAllBytesAsync(later, Unsealed(content));
        var damages = (await VerifyAsync(sound.Path, null)).Damages;
        Assert.Equal([sound.Generation.Snapshots[1].Key], damages.Select(d => d.Key).Distinct());
        Assert.Equal([false, true], damages.Select(d => d.ToObstacle() is not null).Order());
    }

    [Fact]
    public async Task A_first_snapshot_that_is_another_one_is_only_remarkable_where_it_has_no_seal_and_no_mark()
    {
        using var sound = await SoundReplica.OfOursAsync();
        var (first, later) = (Path.Combine(sound.Path, sound.Generation.Snapshots[0].Key), Path.Combine(sound.Path, sound.Generation.Snapshots[1].Key));
        await File.WriteAllBytesAsync(first, Unsealed(await File.ReadAllBytesAsync(later)));
        File.Delete(Path.Combine(sound.Path, ObjectKey.SnapshotMark(sound.Generation.Id, 0)));

        var result = await VerifyAsync(sound.Path, null);

        Assert.True(result.Passed);
        Assert.Contains(sound.Generation.Snapshots[0].Key, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    /// <summary>As a generation of an earlier version is after an update.</summary>
    [Fact]
    public async Task Seals_that_begin_inside_a_generation_are_sound_and_only_there_none_may_be_missing()
    {
        using var sound = await SoundReplica.OfOursAsync();
        File.Delete(Path.Combine(sound.Path, ObjectKey.SnapshotMark(sound.Generation.Id, 0)));
        var former = sound.Generation.Segments.Where(s => s.Start.Index < 2).Select(s => s.Key).Prepend(sound.Generation.Snapshots[0].Key).ToList();
        foreach (var key in former) Unseal(key);
        var result = await VerifyAsync(sound.Path, null);
        Assert.Equal((true, 0), (result.Passed, result.Warnings.Count));

        foreach (var later in sound.Generation.Snapshots.Select(s => s.Key).Concat(sound.Generation.Segments.Select(s => s.Key)).Except(former))
        {
            var file = Path.Combine(sound.Path, later);
            var content = await File.ReadAllBytesAsync(file);
            Unseal(later);
            var damage = Assert.Single((await VerifyAsync(sound.Path, null)).Damages);
            Assert.Equal((ErrorCode.ObjectCorrupt, later, false), (damage.Code, damage.Key, damage.EndsRestores));
            await File.WriteAllBytesAsync(file, content);
        }

        void Unseal(string key) => File.WriteAllBytes(Path.Combine(sound.Path, key), Unsealed(File.ReadAllBytes(Path.Combine(sound.Path, key))));
    }
}
