using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Interop;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Litestream.Engine.Verification;
using Xunit;
using Xunit.Abstractions;

namespace Litestream.Engine.Tests.Verification;

/// <summary>Damage done to every object of a replica, one at a time: it is found, and what is sound passes.</summary>
public sealed class ReplicaVerifierTests(ITestOutputHelper output)
{
    private static readonly (string Name, Action<string, string> Do)[] s_mutations =
    [
        ("a byte at the start flipped", (file, _) => Flip(file, 0)),
        ("a byte in the header flipped", (file, _) => Flip(file, 5)),
        ("a byte in the middle flipped", (file, _) => Flip(file, (int)(new FileInfo(file).Length / 2))),
        ("the last byte flipped", (file, _) => Flip(file, (int)new FileInfo(file).Length - 1)),
        ("cut in the middle", (file, _) => Cut(file, new FileInfo(file).Length / 2)),
        ("the last byte cut", (file, _) => Cut(file, new FileInfo(file).Length - 1)),
        ("emptied", (file, _) => Cut(file, 0)),
        ("a byte more", (file, _) => File.AppendAllText(file, "x")),
        ("swapped with another", Swap),
        ("replaced by another", (file, other) => File.Copy(other, file, overwrite: true)),
        ("dropped", (file, _) => File.Delete(file)),
    ];

    [SkippableFact]
    public async Task Every_mutation_of_a_replica_of_ours_is_found_but_those_of_its_end()
    {
        LitestreamOracle.SkipWhereMissing();
        using var sound = await SoundReplica.OfOursAsync();
        await RunAsync(sound);
    }

    [SkippableFact]
    public async Task Every_mutation_of_a_replica_of_Litestream_is_found_but_those_that_leave_no_trace()
    {
        LitestreamOracle.SkipWhereMissing();
        using var sound = await SoundReplica.OfOracleAsync();
        await RunAsync(sound);
    }

    [Fact]
    public async Task The_end_is_proven_by_the_metadata_folder()
    {
        using var database = new TestDatabase();
        database.App.Insert(10);
        await using (var replication = RunningReplication.Start(database))
        {
            for (var i = 0; i < 3; i++)
            {
                database.App.Insert(10);
                await replication.SyncAsync();
            }

            await replication.StopAsync();
        }

        var end = ShippedEnd.Find(database.Path, null, new())!;
        Assert.Equal(EndProof.Proven, (await VerifyAsync(database["replica"], new(end.Position))).EndProof);
        var generation = await ReadAsync(database["replica"]);
        Assert.Equal(end.Generation, generation.Id);
        File.Delete(Path.Combine(database["replica"], generation.Segments[^1].Key));
        var shorter = await VerifyAsync(database["replica"], new(end.Position));
        Assert.Equal((EndProof.Lost, false, 0), (shorter.EndProof, shorter.Passed, shorter.Damages.Count));
        var unknown = await VerifyAsync(database["replica"], null);
        Assert.Equal((EndProof.NotProvable, true), (unknown.EndProof, unknown.Passed));
    }

    [Fact]
    public async Task What_still_waits_in_the_metadata_folder_is_not_missed()
    {
        using var database = new TestDatabase();
        var replica = new FailingReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(database.Path, [replica], o => o with { ShutdownTimeout = TimeSpan.FromSeconds(1) });
        database.App.Insert(10);
        await replication.SyncAsync();
        replica.Fails = (_, _) => true;
        database.App.Insert(10);
        await replication.UntilAsync(() => replication.Status.Replicas[0].LagBytes > 0, "something waits");
        var end = ShippedEnd.Find(database.Path, null, new())!;
        Assert.Equal(EndProof.Proven, (await VerifyAsync(database["replica"], new(end.Position))).EndProof);
    }

    [Theory]
    [InlineData(0, 0, EndProof.Proven)]
    [InlineData(0, 1, EndProof.NotProvable)]
    [InlineData(2, 0, EndProof.Lost)]
    public async Task Of_a_sample_the_names_tell_whether_the_end_is_there(int indexesOn, int bytesOn, EndProof expected)
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var last = sound.Generation.Segments[^1].Start;
        var end = indexesOn > 0 ? new Position(last.Index + indexesOn, bytesOn) : last with { Offset = last.Offset + bytesOn };

        Assert.Equal(expected, (await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, new KnownEnd(end), 25, null, default))!.EndProof);
    }

    [Fact]
    public async Task A_sample_reads_as_many_objects_as_were_asked_for()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var result = (await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, null, 25, null, default))!;
        var all = sound.Generation.Snapshots.Count + sound.Generation.Segments.Count;
        Assert.Equal((true, (int)Math.Ceiling(all / 4d)), (result.Passed, result.ObjectsRead));
        Assert.Null(result.End);
    }

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

    [Fact]
    public async Task A_snapshot_that_is_stored_while_the_replica_is_listed_is_not_missed()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var tooEarly = sound.Generation with { Snapshots = [.. sound.Generation.Snapshots.Skip(1)], Marks = [0] };

        Assert.True((await new ReplicaVerifier(client, new()).VerifyAsync(tooEarly, null, 100, null, default))!.Passed);
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

    // deletes as retention does
    private static void Expire(SoundReplica sound, int index)
    {
        var keys = sound.Generation.Snapshots.Where(s => s.Index < index).Select(s => s.Key).Concat(sound.Generation.Segments.Where(s => s.Start.Index < index).Select(s => s.Key));
        foreach (var key in keys.Concat(sound.Generation.Marks.Where(i => i < index).Select(i => ObjectKey.SnapshotMark(sound.Generation.Id, i))))
            File.Delete(Path.Combine(sound.Path, key));
    }

    private async Task RunAsync(SoundReplica sound)
    {
        Assert.True((await VerifyAsync(sound.Path, null)).Passed);
        var keys = sound.Generation.Snapshots.Select(s => s.Key).Concat(sound.Generation.Segments.Select(s => s.Key)).ToList();
        var last = sound.Generation.Segments[^1].Key;
        var misses = new List<string>();
        output.WriteLine($"Replica written by {sound.Writer}: {sound.Generation.Snapshots.Count} snapshots, {sound.Generation.Segments.Count} segments");
        foreach (var (name, mutate) in s_mutations)
        {
            var (found, tried) = (0, 0);
            foreach (var key in keys)
            {
                using var copy = CopyOf(sound.Path);
                var other = Path.Combine(copy.Path, keys.SkipWhile(k => k != key).Skip(1).FirstOrDefault(keys[^2]));
                mutate(Path.Combine(copy.Path, key), other);
                var result = await VerifyAsync(copy.Path, null);
                var isFound = !result.Passed || (result.Warnings.Count > 0 && !sound.IsLinked);
                tried++;
                if (isFound) found++;
                else if (!LeavesNoTrace(name, key)) misses.Add($"{name}: {key}");
            }

            output.WriteLine($"{name,-32} {found,3} of {tried}");
        }

        Assert.True(misses.Count == 0, string.Join("\n", misses));

        bool LeavesNoTrace(string name, string key) => name switch
        {
            // the end; in Litestream's replicas a later snapshot, without which all still restores, and the end of an index
            "dropped" => key == last || (!sound.IsLinked && (sound.Generation.Snapshots.Skip(1).Any(s => s.Key == key) || IsEndOfIndex(key))),
            // a later snapshot in the place of the first: as Litestream's own snapshots may be ahead of their index
            "swapped with another" => key == sound.Generation.Snapshots[0].Key && !sound.IsLinked,
            _ => false,
        };

        bool IsEndOfIndex(string key) => sound.Generation.Segments.GroupBy(s => s.Start.Index).Any(g => g.Last().Key == key);
    }

    private static TempFolder CopyOf(string path)
    {
        var copy = new TempFolder();
        foreach (var file in Directory.GetFiles(path, "*", SearchOption.AllDirectories))
        {
            var target = copy[Path.GetRelativePath(path, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    [Theory]
    [InlineData(100)]
    [InlineData(50)]
    public async Task Progress_tells_the_bytes_inside_an_object_and_ends_with_all(int percent)
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var told = new List<VerificationProgress>();

        var result = (await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, null, percent, new Teller(told.Add), default))!;

        Assert.Equal(told.OrderBy(t => t.BytesDone), told);
        Assert.Equal((result.BytesRead, result.BytesRead), (told[^1].BytesDone, told[^1].BytesTotal));
        Assert.Contains(told, t => t.ObjectsDone == 0 && t.BytesDone > 0);
    }

    private sealed class Teller(Action<VerificationProgress> tell) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => tell(value);
    }

    private static async Task<GenerationVerification> VerifyAsync(string path, KnownEnd? end)
    {
        await using var client = RunningReplication.Folder(path);
        return (await new ReplicaVerifier(client, new()).VerifyAsync(await ReadAsync(path), end, 100, null, default))!;
    }

    private static async Task<GenerationInfo> ReadAsync(string path)
    {
        await using var client = RunningReplication.Folder(path);
        return await new ReplicaCatalog(client).ListGenerationsAsync(default).SingleAsync();
    }

    private static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(file, bytes);
    }

    private static void Cut(string file, long length)
    {
        using var stream = File.OpenWrite(file);
        stream.SetLength(length);
    }

    private static byte[] Unsealed(byte[] stored) => stored[ObjectSeal.Size..];

    private static void Swap(string file, string other)
    {
        var bytes = File.ReadAllBytes(file);
        File.Copy(other, file, overwrite: true);
        File.WriteAllBytes(other, bytes);
    }
}
