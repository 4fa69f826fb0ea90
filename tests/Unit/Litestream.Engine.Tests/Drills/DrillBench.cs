using Litestream.Engine.Control;
using Litestream.Engine.Drills;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Drills;

/// <summary>A database, its replica in a folder, and drills of it in a working folder that has to be empty afterwards.</summary>
internal sealed class DrillBench(int pageSize = 4096, string setup = "") : IDisposable
{
    private readonly TempFolder _work = new();

    public TestDatabase Database { get; } = new(pageSize, setup);

    public Application App => Database.App;

    public string ReplicaPath => Database["replica"];

    public string WorkPath => _work.Path;

    public EngineEnvironment Environment { get; set; } = new();

    /// <summary>Ships some commits, each a segment, and ends.</summary>
    public async Task ReplicateAsync(int commits = 5, int perIndex = 500)
    {
        await using var replication = RunningReplication.Start(Database, o => o with { MaxSegmentsPerIndex = perIndex });
        await replication.SyncAsync();
        for (var i = 0; i < commits; i++)
        {
            App.Insert(rows: 3, size: 1000);
            await replication.SyncAsync();
        }

        await replication.StopAsync();
    }

    public async Task<DrillResult> RunAsync(DrillRequest? request = null, IReplicaClient? client = null)
    {
        await using var replica = client ?? RunningReplication.Folder(ReplicaPath);
        DrillResult result;
        using (var run = await new Drill(Environment).RunAsync(replica, (request ?? new()) with { WorkingFolder = WorkPath }, null, default)) result = run.Result;
        if (request is not { KeepCopy: true }) Assert.Empty(Directory.GetFileSystemEntries(WorkPath));
        return result;
    }

    /// <summary>A drill with the comparison.</summary>
    public Task<DrillResult> CompareAsync(RunningReplication? replication, string? path = null, DrillRequest? request = null) => RunAsync(
        (request ?? new()) with { Source = new(path ?? Database.Path, replication is null ? null : new Control(replication)) });

    public async Task<GenerationInfo> GenerationAsync() => Assert.Single(await RunningReplication.GenerationsAsync(Database));

    public string FileOf(string key) => Path.Combine(ReplicaPath, key);

    public void Dispose()
    {
        Database.Dispose();
        _work.Dispose();
    }

    private sealed class Control(RunningReplication replication) : IReplicationControl
    {
        public ReplicationStatus Status => replication.Status;

        public Task<SyncResult> SyncAsync(CancellationToken cancellationToken) => replication.SyncAsync();

        public Task<ReplicationStatus> StopAsync(CancellationToken cancellationToken) => throw new NotSupportedException("A drill stops nothing.");
    }
}
