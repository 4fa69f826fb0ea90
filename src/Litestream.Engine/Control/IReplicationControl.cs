using Litestream.Engine.Replication;

namespace Litestream.Engine.Control;

/// <summary>What others may do with a replication, in its own process or through a <see cref="ControlServer"/>.</summary>
public interface IReplicationControl
{
    /// <summary>How it is now.</summary>
    ReplicationStatus Status { get; }

    /// <summary>Returns when every replica holds what is committed now.</summary>
    /// <param name="cancellationToken">Ends the wait; replication goes on.</param>
    /// <exception cref="Errors.LitestreamException">The replication has ended meanwhile.</exception>
    Task<SyncResult> SyncAsync(CancellationToken cancellationToken);

    /// <summary>Asks for the last sync and the end, and waits for it.</summary>
    /// <param name="cancellationToken">Ends the wait; the replication ends all the same.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="Errors.LitestreamException">The last sync, or the replication before, failed.</exception>
    Task<ReplicationStatus> StopAsync(CancellationToken cancellationToken);
}
