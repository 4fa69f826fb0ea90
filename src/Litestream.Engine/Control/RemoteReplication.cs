using Litestream.Engine.Errors;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Control;

/// <summary>A replication in another process of this user. No member waits for ever: a process that is dead or hung is an error after
/// some seconds of silence.</summary>
public sealed class RemoteReplication : IReplicationControl
{
    private readonly ControlEndpoint _endpoint;
    private readonly EngineEnvironment _environment;

    private RemoteReplication(ControlEndpoint endpoint, EngineEnvironment environment, ReplicationStatus status)
    {
        _endpoint = endpoint;
        _environment = environment;
        Status = status;
    }

    /// <summary>How it was when it last told: when it was asked, and each second while it is waited for.</summary>
    public ReplicationStatus Status { get; private set; }

    /// <summary>The process it runs in.</summary>
    public int ProcessId => _endpoint.ProcessId;

    /// <summary>Asks what listens at an endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="environment">Transport and time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null if nothing does: that process has ended.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicationUnreachable"/>.</exception>
    public static async Task<RemoteReplication?> TryFindAsync(
        ControlEndpoint endpoint, EngineEnvironment environment, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await new ControlCall(endpoint, environment).TryAskAsync(ControlAction.Status, ControlLimits.Status, cancellationToken)
                .ConfigureAwait(false);
            return reply is null ? null : new(endpoint, environment, reply.Value.Status);
        }
        catch (LitestreamException e) when (e.Code == ErrorCode.ReplicationEnded)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<SyncResult> SyncAsync(CancellationToken cancellationToken)
    {
        var (status, sync) = await AskAsync(ControlAction.Sync, cancellationToken).ConfigureAwait(false);
        Status = status;
        return sync ?? throw new LitestreamException(
            ErrorCode.ReplicationUnreachable, $"Process {ProcessId} did not say what the sync of '{status.DatabasePath}' came to.",
            status.DatabasePath, "Use the same version of the module in both processes.");
    }

    /// <inheritdoc/>
    public async Task<ReplicationStatus> StopAsync(CancellationToken cancellationToken) =>
        Status = (await AskAsync(ControlAction.Stop, cancellationToken).ConfigureAwait(false)).Status;

    private async Task<(ReplicationStatus Status, SyncResult? Sync)> AskAsync(ControlAction action, CancellationToken cancellationToken) =>
        await new ControlCall(_endpoint, _environment, status => Status = status).TryAskAsync(action, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false)
        ?? throw new LitestreamException(
            ErrorCode.ReplicationEnded, $"The replication of '{Status.DatabasePath}' in process {ProcessId} has ended.",
            Status.DatabasePath, "Start it again.");
}
