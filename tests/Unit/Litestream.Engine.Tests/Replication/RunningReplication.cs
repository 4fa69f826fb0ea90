using System.Collections.Concurrent;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>A replication of a test's database into a folder, from its start to its end.</summary>
internal sealed class RunningReplication : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<ReplicationEvent> _events = new();
    private readonly Lock _reading = new();
    private readonly DatabaseReplicator _replicator;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _listening;

    private RunningReplication(ReplicationOptions options, IReplicaClient[] replicas, EngineEnvironment environment)
    {
        _replicator = new(options, replicas, environment);
        Running = Task.Run(() => _replicator.RunAsync(_stop.Token));
        _listening = ListenAsync();
    }

    /// <summary>Ends when the replication does.</summary>
    public Task Running { get; }

    public ReplicationStatus Status => _replicator.Status;

    /// <summary>All that was told until now: what happened before a sync was confirmed is in it.</summary>
    public IReadOnlyCollection<ReplicationEvent> Events
    {
        get
        {
            TakeEvents();
            return _events;
        }
    }

    public GenerationId Generation => Status.Generation!.Value;

    public static ReplicationOptions OptionsFor(string path) => new()
    {
        DatabasePath = path,
        SyncInterval = TimeSpan.FromMilliseconds(100),
        QuietInterval = TimeSpan.FromMilliseconds(10),
        CaptureInterval = TimeSpan.FromMilliseconds(20),
        PollInterval = TimeSpan.FromMilliseconds(200),
    };

    public static RunningReplication Start(
        TestDatabase database, Func<ReplicationOptions, ReplicationOptions>? change = null, EngineEnvironment? environment = null) =>
        Start(database.Path, [Folder(database["replica"])], change, environment);

    public static RunningReplication Start(
        string path, IReplicaClient[] replicas, Func<ReplicationOptions, ReplicationOptions>? change = null, EngineEnvironment? environment = null)
    {
        var options = OptionsFor(path);
        return new(change?.Invoke(options) ?? options, replicas, environment ?? new());
    }

    public static IReplicaClient Folder(string path) => ReplicaClients.Open(path, "/", new());

    /// <summary>Returns when what is committed now is on every replica.</summary>
    public async Task<SyncResult> SyncAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        var sync = _replicator.SyncAsync(patience.Token);
        if (await Task.WhenAny(sync, Running) == Running) await Running;
        return await sync;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running.WaitAsync(s_patience);
        await _listening.WaitAsync(s_patience);
    }

    /// <summary>Waits until an event of a kind was told, and gives it.</summary>
    public async Task<ReplicationEvent> WaitForAsync(ReplicationEventKind kind, int count = 1)
    {
        await UntilAsync(() => Count(kind) >= count, $"{count} × {kind}");
        return Events.Where(e => e.Kind == kind).ElementAt(count - 1);
    }

    /// <summary>Waits until an error of a kind was told, and gives it.</summary>
    public async Task<ReplicationEvent> WaitForErrorAsync(ReplicationEventKind kind)
    {
        await UntilAsync(() => Events.Any(IsIt), $"an error {kind}");
        return Events.First(IsIt);
        bool IsIt(ReplicationEvent e) => e.Kind == kind && e.Severity == ReplicationSeverity.Error;
    }

    public int Count(ReplicationEventKind kind) => Events.Count(e => e.Kind == kind);

    public async Task UntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!condition())
        {
            if (patience.IsCancellationRequested) Assert.Fail($"Did not happen: {what}. Events: {Told()}");
            await Task.Delay(10, CancellationToken.None);
        }
    }

    /// <summary>Waits for the error by which the replication ends.</summary>
    public async Task<LitestreamException> FailureAsync() =>
        await Assert.ThrowsAsync<LitestreamException>(() => Running.WaitAsync(s_patience));

    /// <summary>Returns when the database file holds all of the WAL, so that whoever takes the WAL away destroys nothing.</summary>
    public Task BackfilledAsync(TestDatabase database) => UntilAsync(
        () => database.App.Checkpoint(Application.Passive) is { Code: 0 } answer && answer.Frames == answer.Backfilled, "the WAL is backfilled");

    public string Told() => string.Join("\n", Events.Where(e => e.Kind != ReplicationEventKind.SnapshotProgress).Select(e => $"{e.Kind}: {e.Message} {e.Error}"));

    /// <summary>Restores a replica's latest state, with a full check, and gives its bytes.</summary>
    public static async Task<byte[]> RestoreAsync(TestDatabase database, string replica = "replica", RestoreRequest? request = null)
    {
        var target = database[$"restored-{Guid.NewGuid():N}.db"];
        await using var client = Folder(database[replica]);
        var plan = await new RestorePlanner(client).PlanAsync(request ?? new(), default);
        await new Restorer(new()).RestoreAsync(client, plan, target, new() { Check = IntegrityCheckMode.Full }, null, default);
        return await File.ReadAllBytesAsync(target);
    }

    public static async Task<List<GenerationInfo>> GenerationsAsync(TestDatabase database, string replica = "replica")
    {
        await using var client = Folder(database[replica]);
        return await new ReplicaCatalog(client).ListGenerationsAsync(default).ToListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _replicator.DisposeAsync();
        await _listening;
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (await _replicator.Events.WaitToReadAsync()) TakeEvents();
    }

    private void TakeEvents()
    {
        lock (_reading)
        {
            while (_replicator.Events.TryRead(out var happened)) _events.Enqueue(happened);
        }
    }
}
