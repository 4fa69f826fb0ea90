using Litestream.Engine.Errors;
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
        Assert.InRange(window.Points.Count, sound.Generation.Segments.Count - 1, sound.Generation.Segments.Count);
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
        // but for the first one: a snapshot of Litestream may be ahead of it
        Assert.Equal([.. all.Where(p => p.Index >= later.Index).Skip(1)], windows[1].Points);
    }

    /// <summary>The checksum behind the last block alone is wrong, so that all commits can be read.</summary>
    [Fact]
    public async Task The_last_good_point_is_the_same_whoever_tells_it()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        using var folder = new TempFolder();
        var (bad, next) = (sound.Segments[1].Segment, sound.Segments[1].End);
        var file = Path.Combine(sound.Path, bad.Key);
        var content = await File.ReadAllBytesAsync(file);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(file, content);

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
        var random = new Random(Seed);
        string[] keys = [.. sound.Generation.Snapshots.Select(s => s.Key), .. sound.Generation.Segments.Select(s => s.Key)];
        var restored = await CheckAsync(sound.Path, sound);
        for (var turn = 0; turn < 25; turn++)
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

        var (content, time) = (File.ReadAllBytes(file), File.GetLastWriteTimeUtc(file));
        content[random.Next(content.Length)] ^= 0x10;
        File.WriteAllBytes(file, content);
        File.SetLastWriteTimeUtc(file, time);
    }

    private async Task CheckAllAsync(SoundReplica sound)
    {
        var restored = await CheckAsync(sound.Path, sound);
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
            await CheckNamesAsync(sound.Path);
            // the end of an index is written nowhere in a replica of Litestream
            if (sound.IsLinked || !IsEndOfIndex(key)) restored += await CheckAsync(sound.Path, sound);
            await File.WriteAllBytesAsync(file, content);
            File.SetLastWriteTimeUtc(file, time);
        }

        output.WriteLine($"{sound.Writer}: {restored} restores");

        bool IsEndOfIndex(string key) => sound.Generation.Segments.GroupBy(s => s.Start.Index).Any(g => g.Last().Key == key);
    }

    // every point by its position, and some times of each window, its ends among them
    private static async Task<int> CheckAsync(string path, SoundReplica sound)
    {
        await using var client = RunningReplication.Folder(path);
        using var folder = new TempFolder();
        var random = new Random(Seed);
        var restored = 0;
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
                var plan = await new RestorePlanner(client).PlanAsync(request, default);
                var file = folder[$"{restored++}.db"];
                var result = await new Restorer(new()).RestoreAsync(client, plan, file, new(), null, default);
                Assert.Equal(await sound.StateAtAsync(result.Reached), await File.ReadAllBytesAsync(file));
            }
        }

        return restored;
    }

    // where no name tells of a gap, reading has to
    private static async Task CheckNamesAsync(string path)
    {
        await using var client = RunningReplication.Folder(path);
        foreach (var window in await FindAsync(client, verifies: false))
        {
            foreach (var point in window.Points)
                await new RestorePlanner(client).PlanAsync(new() { Generation = window.Generation, Index = point.Index, Offset = point.Offset }, default);
        }
    }

    private static async Task<List<RestoreWindow>> FindAsync(IReplicaClient client, bool verifies)
    {
        var generation = await new ReplicaCatalog(client).ListGenerationsAsync(default).SingleAsync();
        var damages = verifies ? (await new ReplicaVerifier(client, new()).VerifyAsync(generation, null, 100, null, default))!.Damages : [];
        return await new RestoreWindowFinder(client).FindAsync(generation, [.. damages.Select(d => d.ToObstacle()!)], default).ToListAsync();
    }
}
