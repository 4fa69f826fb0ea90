using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;

namespace Litestream.Stress.Soak;

/// <summary>A replication in this process, whose events are counted and not kept.</summary>
internal sealed class SoakReplication : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private readonly DatabaseReplicator _replicator;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly Task _listening;
    private readonly int[] _events = new int[Enum.GetValues<ReplicationEventKind>().Length];

    /// <summary>Begins.</summary>
    public SoakReplication(ReplicationOptions options, string replica, EngineEnvironment environment)
    {
        (Database, Replica) = (options.DatabasePath, replica);
        _replicator = new(options, [ReplicaClients.Open(replica, Environment.CurrentDirectory, environment)], environment);
        _running = Task.Run(() => _replicator.RunAsync(_stop.Token));
        _listening = ListenAsync();
    }

    public string Database { get; }

    public string Replica { get; }

    /// <summary>The last trouble; null if there was none.</summary>
    public string? Trouble { get; private set; }

    /// <summary>How often something of a kind happened.</summary>
    public int Count(ReplicationEventKind kind) => Volatile.Read(ref _events[(int)kind]);

    /// <summary>Returns when all that is committed now is in the replica.</summary>
    public async Task SyncAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        var sync = _replicator.SyncAsync(patience.Token);
        if (await Task.WhenAny(sync, _running) == _running) await _running;
        await sync;
    }

    /// <summary>Ends it in an orderly way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(s_patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _replicator.DisposeAsync();
        await _listening;
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        await foreach (var happened in _replicator.Events.ReadAllAsync())
        {
            Interlocked.Increment(ref _events[(int)happened.Kind]);
            if (happened.Severity > ReplicationSeverity.Information) Trouble = $"{happened.Kind}: {happened.Message}";
        }
    }
}
