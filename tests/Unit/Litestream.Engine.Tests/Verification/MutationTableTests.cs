using System.Diagnostics;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Litestream.Engine.Verification;
using Xunit;
using Xunit.Abstractions;

namespace Litestream.Engine.Tests.Verification;

/// <summary>What can become of the objects of a replica of ours, kind by kind: each is found, be it that the end, which was proven, is not provable any more.</summary>
public sealed class MutationTableTests(ITestOutputHelper output)
{
    /// <summary>So many objects, the smallest ones and with them the head, are mutated at each of their bits and bytes.</summary>
    private const int Exhausted = 4;

    private readonly Random _random = new(20261201);
    private readonly List<string> _misses = [];
    private int _small;

    /// <summary>What is known of the end: by the head of an orderly stop, by the metadata folder, or by nothing, as after a kill.</summary>
    [Theory]
    [InlineData("head")]
    [InlineData("folder")]
    [InlineData("nothing")]
    public async Task Every_mutation_is_found(string known)
    {
        using var database = new TestDatabase(512);
        var sound = await WriteAsync(database, known == "head");
        var shipped = known == "folder" ? ShippedEnd.Find(database.Path, null, new()) : null;
        Assert.Equal(known == "folder", shipped is not null);
        var isEndKnown = known != "nothing";
        Assert.Equal(isEndKnown ? "passed, proven" : "passed, not provable", await JudgeAsync(sound, shipped));
        var keys = sound.Keys.Order(StringComparer.Ordinal).ToList();
        var (segments, snapshots) = (keys.FindAll(k => k.EndsWith(".wal.lz4", StringComparison.Ordinal)), keys.FindAll(k => k.EndsWith(".snapshot.lz4", StringComparison.Ordinal)));
        var marks = keys.FindAll(k => k.EndsWith(".snapshot.stored", StringComparison.Ordinal));
        Assert.Equal(keys.Count, segments.Count + snapshots.Count + marks.Count + (known == "head" ? 1 : 0));
        Assert.True(snapshots.Count >= 3 && snapshots.Count == marks.Count);
        output.WriteLine($"End known by {known}: {snapshots.Count} snapshots with marks, {segments.Count} segments, {sound.Values.Sum(v => v.Length)} bytes");
        var full = keys.FindAll(k => sound[k].Length > 0);
        var last = segments[^1];
        _small = full.OrderBy(k => sound[k].Length).Take(Exhausted).Append(ReplicaHead.Key).Intersect(full).Max(k => sound[k].Length);

        await TryAsync("a bit flipped in a seal", full, (o, key) => Bits(0, ObjectSeal.Size).Select(bit => o.With(key, Flip(o[key], bit))));
        await TryAsync("a bit flipped, all of small objects", full.FindAll(k => sound[k].Length <= _small), (o, key) => Bits(ObjectSeal.Size, o[key].Length).Select(bit => o.With(key, Flip(o[key], bit))));
        await TryAsync("a bit flipped, some of others", full.FindAll(k => sound[k].Length > _small), (o, key) => Some(60).Select(_ => o.With(key, Flip(o[key], _random.Next(o[key].Length * 8)))));
        await TryAsync("a bit flipped in the last 8 bytes", full, (o, key) => Bits(o[key].Length - 8, o[key].Length).Select(bit => o.With(key, Flip(o[key], bit))));
        await TryAsync("cut behind", full, (o, key) => Lengths(o[key]).Select(n => o.With(key, o[key][..n])));
        await TryAsync("cut in front", full, (o, key) => Lengths(o[key]).Where(n => n > 0).Select(n => o.With(key, o[key][n..])));
        await TryAsync("cut out of the middle", full, (o, key) => Some(8).Select(_ => (At: _random.Next(o[key].Length), Count: _random.Next(1, 40))).Select(c => o.With(key, [.. o[key][..c.At], .. o[key].Skip(c.At + c.Count)])));
        await TryAsync("bytes put in", full, (o, key) => Some(8).Select(_ => _random.Next(o[key].Length)).Select(at => o.With(key, [.. o[key][..at], (byte)_random.Next(256), .. o[key][at..]])));
        await TryAsync("zeroed from somewhere on", full, (o, key) => Some(8).Select(_ => _random.Next(o[key].Length)).Select(at => o.With(key, [.. o[key][..at], .. new byte[o[key].Length - at]])));
        await TryAsync("rotated inside", full, (o, key) => Some(8).Select(_ => _random.Next(1, o[key].Length)).Select(at => o.With(key, [.. o[key][at..], .. o[key][..at]])));
        await TryAsync("bytes appended", keys, (o, key) => new[] { new byte[1], new byte[ObjectSeal.Size], o[snapshots[0]], o[last] }.Select(more => o.With(key, [.. o[key], .. more])));
        await TryAsync("dropped: a snapshot", snapshots, (o, key) => [o.Without(key)]);
        await TryAsync("dropped: a mark", marks, (o, key) => [o.Without(key)]);
        await TryAsync("dropped: a segment" + (isEndKnown ? "" : ", but the last"), isEndKnown ? segments : segments.FindAll(k => k != last), (o, key) => [o.Without(key)]);
        if (known == "head") await TryAsync("dropped: the head", [ReplicaHead.Key], (o, key) => [o.Without(key)]);
        await TryAsync("overwritten by another", keys, (o, key) => keys.Where(k => IsOther(k, key)).Select(other => o.With(key, o[other])));
        await TryAsync("swapped", keys, (o, key) => keys.SkipWhile(k => k != key).Where(k => IsOther(k, key)).Select(other => o.With(key, o[other]).With(other, o[key])));
        await TryAsync("renamed to a free name", full, (o, key) => [o.Without(key).With(Next(key), o[key])]);
        await TryAsync("copied to a free name", full.FindAll(k => k != ReplicaHead.Key), (o, key) => [o.With(Next(key), o[key])]);
        await TryAsync("segments in reverse order", [""], (o, _) => [Reorder(o, segments, [.. Enumerable.Reverse(segments)])]);
        await TryAsync("segments moved on by some", [""], (o, _) => Enumerable.Range(1, segments.Count - 1).Select(n => Reorder(o, segments, [.. segments.Skip(n), .. segments.Take(n)])));
        await TryAsync("neighbours moved round", [""], (o, _) => Enumerable.Range(0, segments.Count - 2).Select(n => Reorder(o, segments.GetRange(n, 3), [segments[n + 2], segments[n], segments[n + 1]])));
        await TryAsync("segments shuffled", [""], (o, _) => Some(20).Select(_ => Reorder(o, segments, [.. segments.OrderBy(_ => _random.Next())])).Where(m => !m.SequenceEqual(o)));
        await TryAsync("snapshots moved round", [""], (o, _) => Enumerable.Range(1, snapshots.Count - 1).Select(n => Reorder(o, snapshots, [.. snapshots.Skip(n), .. snapshots.Take(n)])));
        var indexes = IndexesOf(segments);
        await TryAsync("an index lost" + (isEndKnown ? "" : ", but the last"), isEndKnown ? indexes : indexes[..^1], (o, index) => [o.Without([.. index])]);
        await TryAsync("segments in a row lost, not to the end", [""], (o, _) => Enumerable.Range(1, segments.Count - 1).SelectMany(n => Enumerable.Range(0, segments.Count - n).Select(at => o.Without([.. segments.Skip(at).Take(n)]))));
        if (isEndKnown)
            await TryAsync("segments lost to the end", [""], (o, _) => Enumerable.Range(1, segments.Count).Select(n => o.Without([.. segments.TakeLast(n)])));
        // the first one is told by the WAL that nothing leads to; others by a head
        await TryAsync("dropped: a snapshot with its mark" + (known == "head" ? "" : ", the first"), known == "head" ? snapshots : snapshots[..1], (o, key) => [o.Without(key, Mark(key))]);
        if (known == "head")
        {
            await NeverLiesAsync();
        }

        Assert.True(_misses.Count == 0, string.Join("\n", _misses));

        bool IsOther(string a, string b) => a != b && !sound[a].AsSpan().SequenceEqual(sound[b]);

        async Task TryAsync<T>(string kind, IEnumerable<T> where, Func<Objects, T, IEnumerable<Objects>> mutate)
        {
            var (tried, verdicts, began) = (0, new Dictionary<string, int>(), Stopwatch.GetTimestamp());
            foreach (var place in where)
            {
                foreach (var mutated in mutate(sound, place))
                {
                    tried++;
                    var verdict = await JudgeAsync(mutated, shipped);
                    var isFound = !verdict.StartsWith("passed", StringComparison.Ordinal) || (isEndKnown && verdict == "passed, not provable");
                    if (!isFound) _misses.Add($"{kind}: {place} {mutated.Changes(sound)}");
                    verdict = isFound ? verdict : "MISSED";
                    verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + 1;
                }
            }

            output.WriteLine($"| {kind} | {tried} | {tried - verdicts.GetValueOrDefault("MISSED")} | {string.Join("; ", verdicts.OrderByDescending(v => v.Value).Select(v => $"{v.Value} {v.Key}"))} |");
        }

        // a head that is not as it was noted makes nothing of a sound replica look lost
        async Task NeverLiesAsync()
        {
            var head = sound[ReplicaHead.Key];
            foreach (var bit in Bits(0, head.Length)) Assert.Equal("warned, not provable", await JudgeAsync(sound.With(ReplicaHead.Key, Flip(head, bit)), shipped));
            foreach (var length in Enumerable.Range(0, head.Length))
            {
                Assert.Equal("warned, not provable", await JudgeAsync(sound.With(ReplicaHead.Key, head[..length]), shipped));
                Assert.Equal("warned, not provable", await JudgeAsync(sound.With(ReplicaHead.Key, head[(length + 1)..]), shipped));
            }
        }
    }

    /// <summary>Of two replicas, or two generations of one.</summary>
    [Fact]
    public async Task A_head_of_another_replica_proves_nothing_and_a_generation_that_it_names_alone_is_missed()
    {
        using var database = new TestDatabase(512);
        using var other = new TestDatabase(512);
        var (first, second) = (await WriteAsync(database, hasHead: true), await WriteAsync(other, hasHead: true));

        // stopped before the other one was
        Assert.Equal("passed, not provable", await JudgeAsync(second.With(ReplicaHead.Key, first[ReplicaHead.Key]), null, DateTimeOffset.UtcNow));
        Assert.Equal("generation lost", await JudgeAsync(first.With(ReplicaHead.Key, second[ReplicaHead.Key]), null));

        var both = new Objects(first.Where(o => o.Key != ReplicaHead.Key).Concat(second));
        Assert.Equal("passed, proven; passed, not provable", await JudgeAsync(both, null));
        Assert.Equal("generation lost", await JudgeAsync(both.Without([.. second.Keys.Where(k => k != ReplicaHead.Key)]), null));
        Assert.Equal("passed, not provable; passed, not provable", await JudgeAsync(both.Without(ReplicaHead.Key), null));
    }

    /// <summary>As one is that nothing was written to yet.</summary>
    [Fact]
    public async Task The_only_snapshot_of_a_generation_without_segments_is_missed_by_its_mark()
    {
        using var database = new TestDatabase(512);
        var sound = await WriteAsync(database, hasHead: false);
        var snapshot = ObjectKey.Snapshot(GenerationId.Parse("0123456789abcdef"), 0);

        Assert.Equal("generation lost", await JudgeAsync(sound.With(Mark(snapshot), []), null));
    }

    private static IEnumerable<int> Bits(int from, int to) => Enumerable.Range(from * 8, Math.Max(0, to - from) * 8);

    private static IEnumerable<int> Some(int count) => Enumerable.Range(0, count);

    private static byte[] Flip(byte[] content, int bit)
    {
        var flipped = (byte[])content.Clone();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    /// <summary>All lengths below its own of a small object; of others the first ones and some.</summary>
    private IEnumerable<int> Lengths(byte[] content) => content.Length <= _small
        ? Enumerable.Range(0, content.Length)
        : Enumerable.Range(0, 2 * ObjectSeal.Size + 8).Concat(Some(20).Select(_ => _random.Next(content.Length))).Append(content.Length - 1);

    private static Objects Reorder(Objects objects, List<string> keys, List<string> from) =>
        keys.Zip(from).Aggregate(objects, (changed, pair) => changed.With(pair.First, objects[pair.Second]));

    private static List<List<string>> IndexesOf(IEnumerable<string> keys) =>
        [.. keys.Where(k => k.EndsWith(".wal.lz4", StringComparison.Ordinal)).Order(StringComparer.Ordinal).GroupBy(k => k[..k.LastIndexOf('_')]).Select(g => g.ToList())];

    private static string Mark(string snapshot) => snapshot.Replace(".lz4", ".stored", StringComparison.Ordinal);

    private static string Next(string key) =>
        key.Replace("/0000", "/0001", StringComparison.Ordinal) is var renamed && renamed != key ? renamed : key + ".old";

    /// <summary>Three snapshots and more, by a real replication; tiny, so that much of it can be tried.</summary>
    private static async Task<Objects> WriteAsync(TestDatabase database, bool hasHead)
    {
        var replica = new MemoryReplicaClient();
        await using var replication = RunningReplication.Start(
            database.Path, [replica], o => o with { MaxSegmentsPerIndex = 3, SnapshotInterval = TimeSpan.FromMilliseconds(50) });
        await replication.SyncAsync();
        while (replica.Objects.Keys.Count(k => k.EndsWith(".stored", StringComparison.Ordinal)) < 3 || IndexesOf(replica.Objects.Keys).All(i => i.Count < 2))
        {
            database.App.Insert(1);
            await replication.SyncAsync();
        }

        database.App.Insert(1);
        await replication.SyncAsync();
        await replication.StopAsync();
        if (!hasHead) replica.Objects.TryRemove(ReplicaHead.Key, out _);
        return new(replica.Objects.Select(o => KeyValuePair.Create(o.Key, o.Value.Content)));
    }

    /// <summary>As Test-LitestreamReplica reads it: the verdict on each generation, the worst first, and "not found" where there is none.</summary>
    private static async Task<string> JudgeAsync(Objects objects, ShippedEnd? shipped, DateTimeOffset time = default)
    {
        var client = new MemoryReplicaClient();
        foreach (var (key, content) in objects) client.Objects[key] = (content, time);
        var verdicts = new List<string>();
        try
        {
            await foreach (var generation in new ReplicaCatalog(client).ListGenerationsAsync(default))
            {
                var end = await KnownEnd.FindAsync(client, generation.Id, shipped, default);
                var result = (await new ReplicaVerifier(client, new()).VerifyAsync(generation, end, 100, null, default))!;
                verdicts.Add(result.EndProof == EndProof.Lost ? "end lost" : !result.Passed ? "damaged"
                    : $"{(result.Warnings.Count > 0 ? "warned" : "passed")}, {(result.EndProof == EndProof.Proven ? "proven" : "not provable")}");
            }

            if (await LostGeneration.FindAsync(client, default) is not null || await LostGeneration.FindByMarksAsync(client, default).AnyAsync()) return "generation lost";
        }
        catch (LitestreamException e) when (e.Code is ErrorCode.ReplicaNotFound or ErrorCode.ReplicaFormatUnknown)
        {
            return "no replica";
        }

        return string.Join("; ", verdicts.OrderDescending());
    }

    /// <summary>What a replica holds: keys and contents.</summary>
    private sealed class Objects(IEnumerable<KeyValuePair<string, byte[]>> objects) : Dictionary<string, byte[]>(objects, StringComparer.Ordinal)
    {
        public Objects With(string key, byte[] content) => new(this) { [key] = content };

        public Objects Without(params string[] keys) => new(this.Where(o => !keys.Contains(o.Key)));

        /// <summary>What is not as it was, for people.</summary>
        public string Changes(Objects before) => string.Join(", ", Keys.Union(before.Keys).Where(k => GetValueOrDefault(k) != before.GetValueOrDefault(k))
            .Select(k => $"{k}: {before.GetValueOrDefault(k)?.Length} → {GetValueOrDefault(k)?.Length} bytes"));

        private byte[]? GetValueOrDefault(string key) => TryGetValue(key, out var content) ? content : null;
    }
}
