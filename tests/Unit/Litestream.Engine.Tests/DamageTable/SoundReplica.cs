using System.Collections.Concurrent;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
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
        var sound = new SoundReplica("0.3.13");
        var path = sound._folder["app.db"];
        using (var database = SourceDatabase.Create(path))
        {
            await using var oracle = await OracleReplication.StartAsync(path, sound.Path, new(CheckpointPages: 15));
            for (var i = 0; !await sound.IsLongEnoughAsync(); i++)
            {
                Assert.True(i < 1000, "the oracle does not get on");
                await oracle.AfterAsync(() => database.Insert(5, 2000));
            }

            await oracle.StopAsync();
        }

        return await sound.ReadAsync();
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

    private async Task<bool> IsLongEnoughAsync()
    {
        await using var client = RunningReplication.Folder(Path);
        var generation = Assert.Single(await new ReplicaCatalog(client).ListGenerationsAsync(default).ToListAsync());
        var counts = generation.Segments.CountBy(s => s.Start.Index).ToDictionary();
        return Enumerable.Range(0, Indexes).All(i => counts.GetValueOrDefault(i) >= SegmentsPerIndex);
    }

    private async Task<SoundReplica> ReadAsync()
    {
        await using var client = RunningReplication.Folder(Path);
        var catalog = new ReplicaCatalog(client);
        Generation = Assert.Single(await catalog.ListGenerationsAsync(default).ToListAsync());
        var before = Generation.Segments.Last(s => s.Start.Index == 1);
        using var frame = new MemoryStream();
        using (var encoder = Lz4Frame.Encode(frame)) encoder.Write(await RestoreAsync(client, new() { Index = 1 }));
        frame.Position = 0;
        await client.PutAsync(ObjectKey.Snapshot(Generation.Id, 2), frame, before.CreatedAt, default);
        Generation = (await catalog.ReadGenerationAsync(Generation.Id, default))!;
        Segments = [.. (await catalog.MeasureSegmentsAsync(Generation, default).ToListAsync()).Where(s => s.Segment.Start.Index >= 2)];
        foreach (var segment in Segments) await StateAtAsync(segment.End);
        foreach (var index in Segments.Select(s => s.End.Index).Distinct()) await StateAtAsync(new(index, 0));
        return this;
    }

    private async Task<byte[]> RestoreAsync(IReplicaClient client, RestoreRequest request)
    {
        var path = _folder[$"state-{Guid.NewGuid():N}"];
        var plan = await new RestorePlanner(client).PlanAsync(request, default);
        await new Restorer(new()).RestoreAsync(client, plan, path, new() { Check = IntegrityCheckMode.Full }, null, default);
        return await File.ReadAllBytesAsync(path);
    }
}
