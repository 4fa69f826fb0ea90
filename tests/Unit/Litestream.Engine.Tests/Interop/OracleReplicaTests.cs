using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Interop;

/// <summary>What Litestream 0.3.13 has written, restored by us: byte for byte what its own restore makes.</summary>
public sealed class OracleReplicaTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private int _restores;

    private string Database => _folder["app.db"];

    private string Replica => _folder["replica"];

    [SkippableTheory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(4096)]
    [InlineData(65536)]
    public async Task Restore_equals_the_oracles_for_every_page_size(int pageSize)
    {
        LitestreamOracle.SkipWhereMissing();
        await ReplicateAsync(new(CheckpointPages: 20), async (database, oracle) =>
        {
            for (var i = 0; i < 10; i++) await oracle.AfterAsync(() => database.Insert(3 + i * 20, pageSize / 3));
        }, pageSize);
        var result = await CompareAsync();
        Assert.Equal(pageSize, result.PageSize);
        Assert.True(result.Transactions > 0);
    }

    [SkippableFact]
    public async Task Restore_equals_the_oracles_over_many_indexes()
    {
        LitestreamOracle.SkipWhereMissing();
        await ReplicateAsync(new(CheckpointPages: 10), WriteUntilIndex(20));
        var result = await CompareAsync();
        Assert.True(result.Reached.Index >= 20, result.Reached.ToString());
    }

    [SkippableFact]
    public async Task Restore_to_each_segments_time_equals_the_oracles()
    {
        LitestreamOracle.SkipWhereMissing();
        await ReplicateAsync(new(CheckpointPages: 10, SnapshotInterval: TimeSpan.FromMilliseconds(200)), WriteUntilIndex(8));
        var generation = await ReadGenerationAsync();
        Assert.True(generation.Snapshots.Count > 1);
        var first = generation.Snapshots.Min(s => s.CreatedAt);
        // the oracle compares nanoseconds, and knows no time after the last
        foreach (var segment in generation.Segments.Where(s => s.CreatedAt >= first && s.CreatedAt < generation.UpdatedAt))
        {
            var time = segment.CreatedAt.AddTicks(1);
            await CompareAsync(new() { Timestamp = time }, "-timestamp", RestorePoint.Format(time));
        }
    }

    [SkippableFact]
    public async Task Restore_to_each_index_equals_the_oracles()
    {
        LitestreamOracle.SkipWhereMissing();
        await ReplicateAsync(new(CheckpointPages: 10, SnapshotInterval: TimeSpan.FromMilliseconds(200)), WriteUntilIndex(8));
        var generation = await ReadGenerationAsync();
        for (var index = generation.Snapshots[0].Index; index <= generation.Segments[^1].Start.Index; index++)
        {
            await CompareAsync(new() { Index = index, Generation = generation.Id },
                "-generation", generation.Id.ToString(), "-index", $"{index:x8}");
        }
    }

    [SkippableFact]
    public async Task Restore_to_each_segments_end_restores_what_was_committed()
    {
        LitestreamOracle.SkipWhereMissing();
        await ReplicateAsync(new(CheckpointPages: 30), WriteUntilIndex(3));
        var generation = await ReadGenerationAsync();
        using var environment = new TestReplica(Replica);
        await foreach (var segment in new ReplicaCatalog(environment.Client).MeasureSegmentsAsync(generation, default))
        {
            var result = await RestoreAsync(new() { Index = segment.End.Index, Offset = segment.End.Offset });
            // an index that holds a header alone ends where the one before it did
            if (segment.EndOffset > 32) Assert.Equal(segment.End, result.Reached);
        }
    }

    [SkippableTheory]
    [InlineData("PRAGMA auto_vacuum=full")]
    [InlineData("PRAGMA auto_vacuum=incremental")]
    [InlineData("")]
    public async Task Restore_equals_the_oracles_when_the_database_shrinks(string setup)
    {
        LitestreamOracle.SkipWhereMissing();
        await ReplicateAsync(new(CheckpointPages: 50), async (database, oracle) =>
        {
            await oracle.AfterAsync(() => database.Insert(500));
            await oracle.AfterAsync(() => database.Execute("DELETE FROM item WHERE id % 10 <> 0"));
            database.Execute("PRAGMA incremental_vacuum");
            await oracle.AfterAsync(() => database.Insert(50));
            await oracle.AfterAsync(() => database.Execute("VACUUM"));
            database.Insert(5);
        }, setup: setup);
        await CompareAsync();
    }

    [SkippableFact]
    public async Task Restore_equals_the_oracles_for_large_incompressible_transactions()
    {
        LitestreamOracle.SkipWhereMissing();
        await ReplicateAsync(new(), async (database, oracle) =>
        {
            await oracle.AfterAsync(() => database.Insert(10, 1_200_000));
            await oracle.AfterAsync(() => database.Insert(1000, 3000));
        });
        await CompareAsync();
    }

    [SkippableFact]
    public async Task Restore_equals_the_oracles_for_a_snapshot_of_many_blocks()
    {
        LitestreamOracle.SkipWhereMissing();
        using (var database = SourceDatabase.Create(Database)) database.Insert(20, 1_000_000);
        await ReplicateAsync(new(), (database, oracle) => oracle.AfterAsync(() => database.Insert(1)), isNew: false);
        var result = await CompareAsync();
        Assert.True(result.Plan.Snapshot.Size > 8 << 20);
    }

    [SkippableFact]
    public async Task Restore_equals_the_oracles_when_replication_was_killed()
    {
        LitestreamOracle.SkipWhereMissing();
        using var database = SourceDatabase.Create(Database);
        await using (var oracle = await OracleReplication.StartAsync(Database, Replica, new(CheckpointPages: 10)))
        {
            await WriteUntilIndex(2)(database, oracle);
            for (var i = 0; i < 100; i++) database.Insert(2);
            await oracle.KillAsync();
        }

        await CompareAsync();
    }

    [SkippableFact]
    public async Task Restore_chooses_the_generation_that_the_oracle_chooses()
    {
        LitestreamOracle.SkipWhereMissing();
        for (var i = 0; i < 3; i++)
        {
            var earlier = i;
            await ReplicateAsync(new(CheckpointPages: 10), async (database, oracle) =>
            {
                await oracle.WaitAsync(() => OracleReplication.Objects(Replica, "00000000_00000000.wal.lz4") > earlier);
                for (var j = 0; j < 10; j++) await oracle.AfterAsync(() => database.Insert(5));
            }, isNew: i == 0);
            // without its own notes it begins a new generation
            Directory.Delete(_folder[".app.db-litestream"], recursive: true);
        }

        await CompareAsync();
        using var replica = new TestReplica(Replica);
        var generations = new List<GenerationId>();
        await foreach (var generation in new ReplicaCatalog(replica.Client).ListGenerationsAsync(default)) generations.Add(generation.Id);
        Assert.Equal(3, generations.Count);
        foreach (var generation in generations)
            await CompareAsync(new() { Generation = generation }, "-generation", generation.ToString());
    }

    [SkippableFact]
    public async Task Restore_equals_the_oracles_when_other_files_lie_about()
    {
        LitestreamOracle.SkipWhereMissing();
        await ReplicateAsync(new(CheckpointPages: 10), WriteUntilIndex(2));
        var generation = await ReadGenerationAsync();
        var folder = Path.Combine(Replica, "generations", generation.Id.ToString());
        foreach (var junk in (string[])[
            "wal/00000001_00000000.wal.lz4.tmp", "wal/0000000A_00000000.wal.lz4", "wal/00000000_000000020.wal.lz4", "wal/00000000.wal.lz4",
            "snapshots/00000009.snapshot.lz4.tmp", "snapshots/readme.txt", "../ABCDEF0123456789/snapshots/00000000.snapshot.lz4"])
        {
            var path = Path.GetFullPath(junk, folder);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "junk");
        }

        await CompareAsync();
    }

    public void Dispose() => _folder.Dispose();

    private Func<SourceDatabase, OracleReplication, Task> WriteUntilIndex(int index) => async (database, oracle) =>
    {
        for (var i = 0; OracleReplication.Objects(Replica, $"{index:x8}_*.wal.lz4") == 0; i++)
        {
            Assert.True(i < 10_000, "the oracle does not get on");
            await oracle.AfterAsync(() => database.Insert(3 + i % 7));
            if (i % 5 == 4) database.Execute("DELETE FROM item WHERE id % 3 = 0");
        }
    };

    private async Task ReplicateAsync(
        OracleSettings settings, Func<SourceDatabase, OracleReplication, Task> write, int pageSize = 4096, string setup = "", bool isNew = true)
    {
        using var database = isNew ? SourceDatabase.Create(Database, pageSize, setup) : SourceDatabase.Open(Database);
        await using var oracle = await OracleReplication.StartAsync(Database, Replica, settings);
        await write(database, oracle);
        await oracle.StopAsync();
    }

    private async Task<GenerationInfo> ReadGenerationAsync()
    {
        using var replica = new TestReplica(Replica);
        var generations = new List<GenerationInfo>();
        await foreach (var generation in new ReplicaCatalog(replica.Client).ListGenerationsAsync(default)) generations.Add(generation);
        return Assert.Single(generations);
    }

    private async Task<RestoreResult> CompareAsync(RestoreRequest? request = null, params string[] options)
    {
        var result = await RestoreAsync(request ?? new());
        var expected = _folder[$"oracle-{_restores}.db"];
        await LitestreamOracle.RestoreAsync(Replica, expected, options);
        Assert.True(File.ReadAllBytes(expected).AsSpan().SequenceEqual(File.ReadAllBytes(result.Path)),
            $"The restores differ for {string.Join(' ', options)}, {result}");
        return result;
    }

    private async Task<RestoreResult> RestoreAsync(RestoreRequest request)
    {
        using var replica = new TestReplica(Replica);
        var plan = await new RestorePlanner(replica.Client).PlanAsync(request, default);
        return await new Restorer(new()).RestoreAsync(
            replica.Client, plan, _folder[$"ours-{++_restores}.db"], new() { Check = IntegrityCheckMode.Full }, null, default);
    }

    private sealed class TestReplica(string path) : IDisposable
    {
        public IReplicaClient Client { get; } = ReplicaClients.Open(path, "/", new());

        public void Dispose() => Client.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
