using System.Threading.Channels;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Replication;

/// <summary>Replicates one database to one or more replicas, from <see cref="RunAsync"/> until it is cancelled.</summary>
public sealed class DatabaseReplicator : IAsyncDisposable
{
    private readonly Channel<ReplicationEvent> _events = Channel.CreateBounded<ReplicationEvent>(
        new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Prepares a replication; nothing is opened yet.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="replicas">Where to; at least one. They are disposed with the replicator.</param>
    /// <param name="environment">Files, time, randomness and VFS.</param>
    public DatabaseReplicator(
        ReplicationOptions options, IReadOnlyList<IReplicaClient> replicas, EngineEnvironment environment)
    {
        Options = options;
        Replicas = replicas;
        Environment = environment;
    }

    /// <summary>What happens, in order; the oldest are dropped when nobody reads. Completes when the replication has ended.</summary>
    public ChannelReader<ReplicationEvent> Events => _events.Reader;

    /// <summary>The replication at this moment. Safe to ask from any thread.</summary>
    public ReplicationStatus Status => throw new InvalidOperationException();

    private ReplicationOptions Options { get; }

    private IReadOnlyList<IReplicaClient> Replicas { get; }

    private EngineEnvironment Environment { get; }

    /// <summary>Opens the database and replicates until cancelled; then syncs a last time and closes.</summary>
    /// <param name="stop">Cancelled when replication shall end.</param>
    /// <returns>Ends normally after a stop.</returns>
    /// <exception cref="Errors.LitestreamException">Replication can't begin or can't go on.</exception>
    public Task RunAsync(CancellationToken stop) => throw new InvalidOperationException();

    /// <summary>Captures what is committed now and returns when every replica holds it.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task SyncAsync(CancellationToken cancellationToken) => throw new InvalidOperationException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new InvalidOperationException();
}
