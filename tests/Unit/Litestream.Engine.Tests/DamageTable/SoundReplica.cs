using System.Collections.Concurrent;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Interop;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.DamageTable;

/// <summary>
/// A real replica before any damage: one generation with at least five indexes of at least three segments, and snapshots at the indexes
/// 0 and 2. Knows every state that a restore may rightly give.
/// </summary>
internal sealed class SoundReplica : IDisposable
{
    private const int Indexes = 5;
    private const int SegmentsPerIndex = 3;

    private readonly TempFolder _folder = new();
    private readonly ConcurrentDictionary<Position, byte[]> _states = [];

    private SoundReplica(string writer) => Writer = writer;

    /// <summary>Who wrote it.</summary>
    public string Writer { get; }

    public string Path => _folder["replica"];

    public GenerationInfo Generation { get; private set; } = null!;

    /// <summary>Segments with their ends, from the snapshot of index 2 on.</summary>
    public IReadOnlyList<MeasuredSegment> Segments { get; private set; } = null!;

    /// <summary>The ends of all segments.</summary>
    public IReadOnlyList<Position> Ends { get; private set; } = null!;

    /// <summary>The state of the whole replica.</summary>
    public byte[] Latest => _states[Segments[^1].End];

    /// <summary>Whether our writer's ties between indexes are there.</summary>
    public bool IsLinked => Writer == "ours";

    /// <summary>Has this module write it.</summary>
    public static async Task<SoundReplica> OfOursAsync()
    {
        var sound = new SoundReplica("ours");
        using var database = new TestDatabase();
        await using (var replication = RunningReplication.Start(
            database.Path, [RunningReplication.Folder(sound.Path)], o => o with { MaxSegmentsPerIndex = SegmentsPerIndex }))
        {
            await replication.SyncAsync();
            for (var i = 0; i < Indexes * SegmentsPerIndex; i++)
            {
                database.App.Execute("INSERT INTO item(data) SELECT randomblob(2000) FROM (VALUES (1), (2), (3), (4), (5))");
                await replication.SyncAsync();
            }

            await replication.StopAsync();
        }

        return await sound.ReadAsync();
    }

    /// <summary>Has Litestream 0.3.13 write it.</summary>
    public static async Task<SoundReplica> OfOracleAsync()
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var sound = new SoundReplica("0.3.13");
            if (await sound.TryWriteByOracleAsync()) return sound;
            sound.Dispose();
        }

        throw new TimeoutException("The oracle does not get on.");
    }

    /// <summary>Adds a snapshot at the beginning of an index.</summary>
    public async Task AddSnapshotAsync(int index)
    {
        await using var client = RunningReplication.Folder(Path);
        var before = Generation.Segments.Last(s => s.Start.Index == index - 1);
        using var frame = new MemoryStream();
        using (var encoder = Lz4Frame.Encode(frame)) encoder.Write(await RestoreAsync(client, new() { Index = index - 1 }));
        var key = ObjectKey.Snapshot(Generation.Id, index);
        using var stored = new MemoryStream(IsLinked ? Sealed(key, frame.ToArray()) : frame.ToArray());
        await client.PutAsync(key, stored, before.CreatedAt, default);
        if (IsLinked) await client.PutAsync(ObjectKey.SnapshotMark(Generation.Id, index), Stream.Null, before.CreatedAt, default);
        Generation = (await new ReplicaCatalog(client).ReadGenerationAsync(Generation.Id, default))!;
    }

    /// <summary>The state at a position.</summary>
    public async Task<byte[]> StateAtAsync(Position position)
    {
        if (_states.TryGetValue(position, out var state)) return state;
        await using var client = RunningReplication.Folder(Path);
        return _states[position] = await RestoreAsync(client, new() { Generation = Generation.Id, Index = position.Index, Offset = position.Offset });
    }

    /// <summary>Whether a file is a state that was once committed, at the end of a segment.</summary>
    public bool Knows(byte[] state) => _states.Values.Any(s => s.AsSpan().SequenceEqual(state));

    public void Dispose() => _folder.Dispose();

    private async Task<bool> TryWriteByOracleAsync()
    {
        var path = _folder["app.db"];
        using (var database = SourceDatabase.Create(path))
        {
            await using var oracle = await OracleReplication.StartAsync(path, Path, new(CheckpointPages: 15));
            while (await CountSegmentsAsync() is var counts && counts.Count(c => c >= SegmentsPerIndex) < Indexes)
            {
                // on a busy machine much comes at once, and an index is over too soon
                if (counts.SkipLast(1).Any(c => c < SegmentsPerIndex)) return false;
                await oracle.AfterAsync(() => database.Insert(5, 2000));
            }

            await oracle.StopAsync();
        }

        await ReadAsync();
        // now and then it ends an index with a write to its own table alone, which the next index writes again: so that nothing is lost with it
        return await EndsWithSeveralFramesAsync(Segments.Last(s => s.Segment.Start.Index == 3).Segment.Key);
    }

    private async Task<bool> EndsWithSeveralFramesAsync(string key)
    {
        await using var client = RunningReplication.Folder(Path);
        await using var decoded = new DecodedObjectStream(await client.GetAsync(key, default), key);
        using var content = new MemoryStream();
        await decoded.CopyToAsync(content);
        var frameSize = WalFrameHeader.Size + 4096;
        return content.Length >= 2 * frameSize && !WalFrameHeader.Read(content.ToArray().AsSpan((int)content.Length - 2 * frameSize)).IsCommit;
    }

    private async Task<List<int>> CountSegmentsAsync()
    {
        await using var client = RunningReplication.Folder(Path);
        var generation = Assert.Single(await new ReplicaCatalog(client).ListGenerationsAsync(default).ToListAsync());
        return [.. generation.Segments.GroupBy(s => s.Start.Index).Select(g => g.Count())];
    }

    private async Task<SoundReplica> ReadAsync()
    {
        await using var client = RunningReplication.Folder(Path);
        var catalog = new ReplicaCatalog(client);
        Generation = Assert.Single(await catalog.ListGenerationsAsync(default).ToListAsync());
        await AddSnapshotAsync(2);
        var all = await catalog.MeasureSegmentsAsync(Generation, default).ToListAsync();
        Ends = [.. all.Select(s => s.End)];
        Segments = [.. all.Where(s => s.Segment.Start.Index >= 2)];
        foreach (var segment in Segments) await StateAtAsync(segment.End);
        foreach (var index in Segments.Select(s => s.End.Index).Distinct()) await StateAtAsync(new(index, 0));
        return this;
    }

    private static byte[] Sealed(string key, byte[] stored)
    {
        var seal = new ObjectSeal(key);
        seal.Add(stored);
        return [.. seal.ToBytes(), .. stored];
    }

    private async Task<byte[]> RestoreAsync(IReplicaClient client, RestoreRequest request)
    {
        var path = _folder[$"state-{Guid.NewGuid():N}"];
        var plan = await new RestorePlanner(client).PlanAsync(request, default);
        await new Restorer(new()).RestoreAsync(client, plan, path, new() { Check = IntegrityCheckMode.Full }, null, default);
        return await File.ReadAllBytesAsync(path);
    }
}
