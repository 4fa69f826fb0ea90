using Litestream.Engine.Format;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Verification;
using Xunit;
using static Litestream.Engine.Tests.Verification.Verifying;

namespace Litestream.Engine.Tests.Verification;

/// <summary>What retention and replication do while a replica is read is no damage.</summary>
public sealed class ChangingReplicaTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(60)]
    public async Task What_retention_deletes_meanwhile_is_no_damage(int samplePercent)
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        Expire(sound, sound.Generation.Snapshots[1].Index);

        var result = (await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, null, samplePercent, null, default))!;

        Assert.True(result.Passed);
        Assert.Single(result.Generation.Snapshots);
    }

    /// <summary>It deletes the marks of all snapshots that go, and then these one by one.</summary>
    [Fact]
    public async Task Retention_that_is_not_through_with_its_snapshots_is_no_damage()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        foreach (var mark in sound.Generation.Marks) File.Delete(Path.Combine(sound.Path, ObjectKey.SnapshotMark(sound.Generation.Id, mark)));
        File.Delete(Path.Combine(sound.Path, sound.Generation.Snapshots[0].Key));

        var result = (await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, null, 100, null, default))!;

        Assert.Empty(result.Damages);
        Assert.Equal(sound.Generation.Snapshots.Skip(1), result.Generation.Snapshots);
    }

    [Fact]
    public async Task What_Litestreams_own_retention_has_let_go_is_no_damage_though_its_mark_is_left()
    {
        using var sound = await SoundReplica.OfOursAsync();
        var kept = sound.Generation.Snapshots[1].Index;
        foreach (var key in sound.Generation.Snapshots.Where(s => s.Index < kept).Select(s => s.Key).Concat(sound.Generation.Segments.Where(s => s.Start.Index < kept).Select(s => s.Key)))
            File.Delete(Path.Combine(sound.Path, key));
        Assert.Contains(0, (await ReadAsync(sound.Path)).Marks);

        Assert.True((await VerifyAsync(sound.Path, null)).Passed);
    }

    [Fact]
    public async Task What_is_lost_meanwhile_is_damage_though_retention_works_too()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        Expire(sound, sound.Generation.Snapshots[1].Index);
        var last = sound.Generation.Segments[^1].Key;
        File.Delete(Path.Combine(sound.Path, last));

        var result = (await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, null, 100, null, default))!;

        Assert.Contains(result.Damages, d => d.Key == last);
    }

    [Fact]
    public async Task A_generation_that_is_deleted_meanwhile_is_not_judged()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        Expire(sound, int.MaxValue);

        Assert.Null(await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, null, 100, null, default));
    }

    /// <summary>It is stored right after its snapshot, and deleted right before it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mark_that_is_just_being_stored_or_deleted_with_its_snapshot_is_not_missed(bool isStored)
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        if (!isStored) Expire(sound, sound.Generation.Snapshots[1].Index);
        var between = sound.Generation with { Marks = [.. sound.Generation.Marks.Skip(1)] };

        var result = (await new ReplicaVerifier(client, new()).VerifyAsync(between, null, 100, null, default))!;

        Assert.Equal((true, 0), (result.Passed, result.Warnings.Count));
    }

    [Fact]
    public async Task A_snapshot_that_is_stored_while_the_replica_is_listed_is_not_missed()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var tooEarly = sound.Generation with { Snapshots = [.. sound.Generation.Snapshots.Skip(1)], Marks = [0] };

        Assert.True((await new ReplicaVerifier(client, new()).VerifyAsync(tooEarly, null, 100, null, default))!.Passed);
    }
}
