using System.Collections.Concurrent;
using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;

namespace Litestream.Stress.Replicators;

/// <summary>The engine in this process. From its first start on, nothing here may open the database, its -wal or -shm: closing
/// them would drop the engine's locks.</summary>
/// <param name="options">How to replicate.</param>
/// <param name="replica">Where to.</param>
internal sealed class EngineReplicator(ReplicationOptions options, string replica) : IReplicator
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly ConcurrentQueue<string> _events = new();
    private DatabaseReplicator? _replicator;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;

    public IReadOnlyCollection<string> Events => _events;

    /// <summary>Is told each event besides.</summary>
    public Action<string> Told { get; init; } = _ => { };

    /// <summary>Which run of the operating system this is.</summary>
    public string BootId { get; init; } = BootIdentity.Current;

    public Task StartAsync()
    {
        var client = ReplicaClients.Open(replica, Environment.CurrentDirectory, new EngineEnvironment());
        _replicator = new(options, [client], new EngineEnvironment { BootId = BootId });
        _stop = new();
        _running = Task.Run(() => _replicator.RunAsync(_stop.Token));
        _listening = ListenAsync(_replicator);
        return Task.CompletedTask;
    }

    public async Task SyncAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        var sync = _replicator!.SyncAsync(patience.Token);
        if (await Task.WhenAny(sync, _running) == _running) await _running;
        await sync;
    }

    public async Task StopAsync()
    {
        if (_replicator is null) return;
        await _stop.CancelAsync();
        await _running.WaitAsync(s_patience);
        await LetGoAsync();
    }

    public Task KillAsync() => StopAsync();

    /// <summary>Ends what was not stopped in good order, however it ends: what went wrong has been told by then.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_replicator is null) return;
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await LetGoAsync();
    }

    private async Task LetGoAsync()
    {
        await _replicator!.DisposeAsync();
        _replicator = null;
        await _listening.WaitAsync(s_patience);
        _stop.Dispose();
    }

    private async Task ListenAsync(DatabaseReplicator replicator)
    {
        await foreach (var happened in replicator.Events.ReadAllAsync())
        {
            if (happened.Kind == ReplicationEventKind.SnapshotProgress) continue;
            var text = $"{happened.Kind}: {happened.Message}{(happened.Error is { } error ? $" [{error.Message}]" : "")}";
            _events.Enqueue(text);
            Told(text);
        }
    }
}
