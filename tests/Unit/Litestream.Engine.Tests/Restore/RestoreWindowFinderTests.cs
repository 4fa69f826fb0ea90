using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Interop;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Verification;
using Xunit;
using Xunit.Abstractions;

namespace Litestream.Engine.Tests.Restore;

/// <summary>What is listed as a restore point restores, whatever the replica lacks.</summary>
public sealed class RestoreWindowFinderTests(ITestOutputHelper output)
{
    private const int Seed = 5;
    private const int Turns = 40;

    [Fact]
    public async Task A_sound_replica_has_one_window_with_all_its_segments()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var window = Assert.Single(await new RestoreWindowFinder(client).FindAsync(sound.Generation, [], default).ToListAsync());
        Assert.Null(window.MissingKey);
        Assert.Equal(sound.Generation.Snapshots[0].CreatedAt, window.From);
        Assert.Equal(sound.Generation.Segments[^1].CreatedAt, window.To);
        Assert.Equal(sound.Generation.Segments[^1].Start.Index, window.End.Index);
        Assert.Equal(sound.Generation.Segments.Count, window.Points.Count);
    }

    [Fact]
    public async Task A_gap_ends_a_window_and_the_next_snapshot_begins_another()
    {
        using var sound = await SoundReplica.OfOursAsync();
        var later = sound.Generation.Snapshots[1];
        // the first segment of an index, so that names show it
        var missing = sound.Generation.Segments.Last(s => s.Start.Offset == 0 && s.Start.Index < later.Index);
        File.Delete(Path.Combine(sound.Path, missing.Key));
        await using var client = RunningReplication.Folder(sound.Path);
        var windows = await FindAsync(client, verifies: false);
        Assert.Equal(2, windows.Count);
        Assert.Equal((missing.Key, null), (windows[0].MissingKey, windows[1].MissingKey));
        Assert.Equal(later.CreatedAt, windows[1].From);
        Assert.True(windows[0].To < windows[1].From);
    }

    /// <summary>The end of an inner index is in no name. What is before it and what is behind the next snapshot restores.</summary>
    [Fact]
    public async Task The_missing_end_of_an_index_is_a_gap_between_two_windows()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var all = Assert.Single(await FindAsync(client, verifies: true)).Points;
        var later = sound.Generation.Snapshots[1];
        var missing = sound.Generation.Segments.Last(s => s.Start.Index == later.Index - 1);
        File.Delete(Path.Combine(sound.Path, missing.Key));

        var windows = await FindAsync(client, verifies: true);

        Assert.Equal([missing.Key, null], windows.Select(w => w.MissingKey));
        Assert.Equal([.. all.Where(p => p.Index < later.Index).SkipLast(1)], windows[0].Points);
        Assert.Equal([.. all.Where(p => p.Index >= later.Index)], windows[1].Points);
    }

    /// <summary>The WAL leads over it, and proves that it is whole.</summary>
    [Fact]
    public async Task A_damaged_snapshot_is_no_gap_where_restores_go_on_from_an_older_one()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var all = Assert.Single(await FindAsync(client, verifies: true));
        Flip(Path.Combine(sound.Path, sound.Generation.Snapshots[1].Key), at: -2);

        var window = Assert.Single(await FindAsync(client, verifies: true));

        Assert.Equal((all.From, all.To, null), (window.From, window.To, window.MissingKey));
        Assert.Equal(all.Points, window.Points);
        await CheckAsync(sound.Path, sound);
    }

    /// <summary>Nothing proves that the index before it is whole.</summary>
    [Fact]
    public async Task A_damaged_snapshot_without_WAL_behind_it_ends_a_window()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var damaged = sound.Generation.Snapshots[1];
        foreach (var segment in sound.Generation.Segments.Where(s => s.Start.Index >= damaged.Index)) File.Delete(Path.Combine(sound.Path, segment.Key));
        Flip(Path.Combine(sound.Path, damaged.Key), at: -2);

        Assert.Equal(damaged.Key, Assert.Single(await FindAsync(client, verifies: true)).MissingKey);
    }

    /// <summary>Without WAL of its own index nothing leads there but itself.</summary>
    [Fact]
    public async Task A_snapshot_alone_behind_damage_restores()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var last = sound.Generation.Snapshots[1];
        var expected = await sound.StateAtAsync(new(last.Index, 0));
        foreach (var segment in sound.Generation.Segments.Where(s => s.Start.Index >= last.Index)) File.Delete(Path.Combine(sound.Path, segment.Key));
        Flip(Path.Combine(sound.Path, sound.Generation.Segments[1].Key), at: 20);
        using var folder = new TempFolder();

        var point = Assert.Single((await FindAsync(client, verifies: true))[^1].Points);
        var plan = await new RestorePlanner(client).PlanAsync(new() { Index = point.Index, Offset = point.Offset }, default);
        var result = await new Restorer(new()).RestoreAsync(client, plan, folder["db"], new(), null, default);

        Assert.Equal((last.Index, 0L), (point.Index, point.Offset));
        Assert.Equal(expected, await File.ReadAllBytesAsync(folder["db"]));
        Assert.Equal(RestoreWarningKind.SnapshotSkipped, Assert.Single(result.Warnings).Kind);
    }

    /// <summary>The checksum behind the last block alone is wrong, so that all commits can be read.</summary>
    [Fact]
    public async Task The_last_good_point_is_the_same_whoever_tells_it()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        using var folder = new TempFolder();
        var (bad, next) = (sound.Segments[1].Segment, sound.Segments[1].End);
        Flip(Path.Combine(sound.Path, bad.Key), at: -1);

        var damage = Assert.Single((await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, null, 100, null, default))!.Damages);
        var listed = (await FindAsync(client, verifies: true))[0].End;
        var error = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(new(), "whole.db"));
        var partial = await RestoreAsync(new() { AllowPartial = true }, "partial.db");
        var asked = await RestoreAsync(new() { Index = next.Index, Offset = next.Offset }, "asked.db");

        Assert.Equal([next, next, next], [damage.LastGood!.Value, partial.Reached, asked.Reached]);
        Assert.Equal((next.Index, next.Offset), (listed.Index, listed.Offset!.Value));
        Assert.Contains($"index {next.Index}, offset {next.Offset}", error.Hint, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(folder["asked.db"]), await File.ReadAllBytesAsync(folder["partial.db"]));

        async Task<RestoreResult> RestoreAsync(RestoreRequest request, string name) => await new Restorer(new()).RestoreAsync(
            client, await new RestorePlanner(client).PlanAsync(request, default), folder[name], new(), null, default);
    }

    [Fact]
    public async Task Every_listed_point_of_a_replica_of_ours_restores_whatever_object_is_damaged()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await CheckAllAsync(sound);
    }

    [SkippableFact]
    public async Task Every_listed_point_of_a_replica_of_Litestream_restores_whatever_object_is_damaged()
    {
        LitestreamOracle.SkipWhereMissing();
        using var sound = await SoundReplica.OfOracleAsync();
        await CheckAllAsync(sound);
    }

    /// <summary>Several objects at once, flipped or dropped, and now and then what retention would have taken.</summary>
    [Fact]
    public async Task Every_listed_point_restores_whatever_objects_are_damaged_together()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await sound.AddSnapshotAsync(4);
        var random = new Random(Seed);
        string[] keys = [.. sound.Generation.Snapshots.Select(s => s.Key), .. sound.Generation.Segments.Select(s => s.Key)];
        var restored = await CheckAsync(sound.Path, sound);
        for (var turn = 0; turn < Turns; turn++)
        {
            using var damaged = new TempFolder();
            foreach (var key in keys)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(damaged[key])!);
                File.Copy(Path.Combine(sound.Path, key), damaged[key]);
            }

            foreach (var key in random.GetItems(keys, random.Next(2, 6)).Distinct()) Damage(damaged[key], random);
            if (random.Next(3) == 0)
                foreach (var segment in sound.Generation.Segments.Where(s => s.Start.Index < sound.Generation.Snapshots[1].Index)) File.Delete(damaged[segment.Key]);
            restored += await CheckAsync(damaged.Path, sound);
        }

        output.WriteLine($"{restored} restores");
        Assert.True(restored > 50);
    }

    private static void Damage(string file, Random random)
    {
        if (random.Next(2) == 0)
        {
            File.Delete(file);
            return;
        }

        Flip(file, random.Next((int)new FileInfo(file).Length));
    }

    private static void Flip(string file, int at)
    {
        var (content, time) = (File.ReadAllBytes(file), File.GetLastWriteTimeUtc(file));
        content[at < 0 ? content.Length + at : at] ^= 0x10;
        File.WriteAllBytes(file, content);
        File.SetLastWriteTimeUtc(file, time);
    }

    private async Task CheckAllAsync(SoundReplica sound)
    {
        var restored = await CheckAsync(sound.Path, sound);
        await CheckNamesAsync(sound.Path, isNamed: true);
        foreach (var key in sound.Generation.Snapshots.Select(s => s.Key).Concat(sound.Generation.Segments.Select(s => s.Key)))
        {
            var file = Path.Combine(sound.Path, key);
            var content = await File.ReadAllBytesAsync(file);
            var time = File.GetLastWriteTimeUtc(file);
            byte[] flipped = [.. content];
            flipped[flipped.Length / 2] ^= 0x10;
            await File.WriteAllBytesAsync(file, flipped);
            File.SetLastWriteTimeUtc(file, time);
            restored += await CheckAsync(sound.Path, sound);
            File.Delete(file);
            await CheckNamesAsync(sound.Path, isNamed: !sound.Generation.Segments.Any(s => s.Key == key && s.Start.Offset > 0));
            // the end of an index is written nowhere in a replica of Litestream
            if (sound.IsLinked || !IsEndOfIndex(key)) restored += await CheckAsync(sound.Path, sound);
            await File.WriteAllBytesAsync(file, content);
            File.SetLastWriteTimeUtc(file, time);
        }

        output.WriteLine($"{sound.Writer}: {restored} restores");

        bool IsEndOfIndex(string key) => sound.Generation.Segments.GroupBy(s => s.Start.Index).Any(g => g.Last().Key == key);
    }

    // every point by its position, and some times of each window, its ends among them; and no other segment's end restores
    private static async Task<int> CheckAsync(string path, SoundReplica sound)
    {
        await using var client = RunningReplication.Folder(path);
        using var folder = new TempFolder();
        var random = new Random(Seed);
        var restored = 0;
        var listed = new HashSet<Position>();
        foreach (var window in await FindAsync(client, verifies: true))
        {
            var span = window.To - window.From;
            IEnumerable<DateTimeOffset> times = [window.From, window.To, .. Enumerable.Range(0, 3).Select(_ => window.From + (span * random.NextDouble()))];
            IEnumerable<RestoreRequest> requests =
            [
                .. window.Points.Select(p => new RestoreRequest { Generation = window.Generation, Index = p.Index, Offset = p.Offset }),
                .. times.Select(t => new RestoreRequest { Generation = window.Generation, Timestamp = t }),
            ];
            foreach (var request in requests)
            {
                var file = folder[$"{restored++}.db"];
                var reached = (await RestoreAsync(client, request, file)).Reached;
                Assert.Equal(await sound.StateAtAsync(reached), await File.ReadAllBytesAsync(file));
                listed.Add(reached);
            }
        }

        foreach (var end in sound.Ends.Where(e => !listed.Contains(e) && !(IsFirstOfSnapshot(sound, e) && !sound.IsLinked)))
        {
            // by its number, and as the end of its index
            foreach (var offset in (long?[])[end.Offset, null])
            {
                var file = folder[$"{restored++}.db"];
                var request = new RestoreRequest { Generation = sound.Generation.Id, Index = end.Index, Offset = offset };
                Assert.False(await TryRestoreAsync(client, request, file) == end, $"{end} restores, and is not listed");
            }
        }

        return restored;
    }

    // where that segment is damaged behind its last commit, only a restore tells whether a snapshot of Litestream is ahead of it
    private static bool IsFirstOfSnapshot(SoundReplica sound, Position end) =>
        sound.Generation.Snapshots.Any(s => s.Index == end.Index) && sound.Ends.First(e => e.Index == end.Index) == end;

    private static async Task<RestoreResult> RestoreAsync(IReplicaClient client, RestoreRequest request, string file) => await new Restorer(new()).RestoreAsync(
        client, await new RestorePlanner(client).PlanAsync(request, default), file, new(), null, default);

    private static async Task<Position?> TryRestoreAsync(IReplicaClient client, RestoreRequest request, string file)
    {
        try
        {
            return (await RestoreAsync(client, request, file)).Reached;
        }
        catch (LitestreamException)
        {
            return null;
        }
    }

    // where no name tells of a gap, reading has to
    private static async Task CheckNamesAsync(string path, bool isNamed)
    {
        await using var client = RunningReplication.Folder(path);
        using var folder = new TempFolder();
        foreach (var window in await FindAsync(client, verifies: false))
        {
            foreach (var request in window.Points.Select(p => new RestoreRequest { Generation = window.Generation, Index = p.Index, Offset = p.Offset }))
            {
                if (isNamed) await RestoreAsync(client, request, folder[$"{Guid.NewGuid():N}.db"]);
                else await new RestorePlanner(client).PlanAsync(request, default);
            }
        }
    }

    private static async Task<List<RestoreWindow>> FindAsync(IReplicaClient client, bool verifies)
    {
        var generation = await new ReplicaCatalog(client).ListGenerationsAsync(default).SingleAsync();
        var damages = verifies ? (await new ReplicaVerifier(client, new()).VerifyAsync(generation, null, 100, null, default))!.Damages : [];
        return await new RestoreWindowFinder(client).FindAsync(generation, [.. damages.Select(d => d.ToObstacle()).OfType<RestoreObstacle>()], default).ToListAsync();
    }
}
