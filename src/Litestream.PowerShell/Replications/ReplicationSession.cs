using System.Threading.Channels;
using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;

namespace Litestream.PowerShell.Replications;

/// <summary>One replication of this process, whether a job or a foreground command shows it.</summary>
internal sealed class ReplicationSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly DatabaseReplicator _replicator;
    private ReplicationStatus? _last;

    internal ReplicationSession(ReplicationOptions options, IReadOnlyList<IReplicaClient> replicas, EngineEnvironment environment)
    {
        DatabasePath = options.DatabasePath;
        Replicas = [.. replicas.Select(r => r.Url)];
        StopLimit = options.ShutdownTimeout + TimeSpan.FromSeconds(5);
        _replicator = new(options, replicas, environment);
    }

    internal string DatabasePath { get; }

    internal IReadOnlyList<string> Replicas { get; }

    /// <summary>How long a stop may take: the last sync, and some time to close.</summary>
    internal TimeSpan StopLimit { get; }

    /// <summary>Id of the job that shows it; null in the foreground.</summary>
    internal int? JobId { get; set; }

    internal ChannelReader<ReplicationEvent> Events => _replicator.Events;

    internal ReplicationStatus Status => _last ?? _replicator.Status;

    /// <summary>Ends when the replication has ended, with its error if it failed.</summary>
    internal Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Ends when whoever shows the replication has shown its end.</summary>
    internal Task Shown { get; set; } = Task.CompletedTask;

    internal void Start() => Completion = Task.Run(RunAsync);

    /// <summary>Asks for the last sync and the end. Returns at once; may be called again.</summary>
    internal void RequestStop() => _stop.Cancel();

    /// <summary>Waits for the end, however it comes.</summary>
    /// <param name="limit">How long at most.</param>
    /// <returns>Whether it has ended.</returns>
    internal bool WaitForEnd(TimeSpan limit) => Task.WaitAny([Completion], limit) == 0;

    /// <summary>Waits, for a moment, until the end is shown. Not longer: handlers of Receive-Job -Wait may hold whoever shows it
    /// while the thread that stops is the one they wait for.</summary>
    internal void WaitUntilShown() => Task.WaitAny([Shown], TimeSpan.FromSeconds(2));

    /// <summary>Closes what was never started. A session that was started closes itself at its end.</summary>
    public ValueTask DisposeAsync() => _replicator.DisposeAsync();

    private async Task RunAsync()
    {
        try
        {
            await _replicator.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        finally
        {
            _last = _replicator.Status;
            await DisposeAsync().ConfigureAwait(false);
        }
    }
}
