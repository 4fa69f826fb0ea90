using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Control;

/// <summary>One request to a replication in another process.</summary>
/// <param name="endpoint">Where that listens.</param>
/// <param name="environment">Transport and time.</param>
/// <param name="progress">Is told how the replication is, now and then while it works; null for nobody.</param>
internal sealed class ControlCall(ControlEndpoint endpoint, EngineEnvironment environment, Action<ReplicationStatus>? progress = null)
{
    private const int Attempts = 3;

    /// <summary>Sends the request and waits for its result.</summary>
    /// <param name="action">What is asked.</param>
    /// <param name="limit">How long it may take, however alive the process is; <see cref="Timeout.InfiniteTimeSpan"/> as long as it
    /// says that it works.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null if nobody listens.</returns>
    /// <exception cref="LitestreamException">What the process answered, or <see cref="ErrorCode.ReplicationUnreachable"/>, or
    /// <see cref="ErrorCode.ReplicationEnded"/> when it closed the connection before.</exception>
    public async Task<(ReplicationStatus Status, SyncResult? Sync)?> TryAskAsync(
        ControlAction action, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, environment.Time);
        using var silence = new CancellationTokenSource(ControlLimits.Silence, environment.Time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, silence.Token, cancellationToken);
        try
        {
            return await CallAsync(action, silence, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable("does not answer", "It may be suspended or overloaded: try again, or end that process.", e);
        }
        catch (InvalidDataException e)
        {
            throw Unreachable($"answered what can't be understood: {e.Message}", "Use the same version of the module in both processes.", e);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw Unreachable($"can't be reached: {e.Message}", "Use the account that started it, on Windows with the same elevation.", e);
        }
    }

    private async Task<(ReplicationStatus Status, SyncResult? Sync)?> CallAsync(
        ControlAction action, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = await environment.Control.TryConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            if (connection is null) return null;
            try
            {
                await using (connection.ConfigureAwait(false))
                    return await ConverseAsync(connection, action, silence, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                // a process may end one replication and begin the next just when it is asked how it is: then it is asked again
                if (action != ControlAction.Status || attempt == Attempts)
                    throw new LitestreamException(ErrorCode.ReplicationEnded, $"The replicating process {endpoint.ProcessId} ended before it answered.",
                        $"process {endpoint.ProcessId}", "Get-LitestreamReplication shows what runs.", e);
            }
        }
    }

    private async Task<(ReplicationStatus Status, SyncResult? Sync)> ConverseAsync(
        Stream connection, ControlAction action, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        await ControlProtocol.WriteAsync(connection, new ControlRequest(ControlProtocol.Version, action), cancellationToken)
            .ConfigureAwait(false);
        while (true)
        {
            var reply = await ControlProtocol.ReadAsync<ControlReply>(connection, ControlProtocol.MaxReplySize, cancellationToken)
                .ConfigureAwait(false);
            silence.CancelAfter(ControlLimits.Silence);
            if (reply.Version != ControlProtocol.Version)
                throw new InvalidDataException($"version {reply.Version} of the protocol instead of {ControlProtocol.Version}.");
            if (reply.IsFinal) return Unpack(reply);
            if (reply.Progress is { } status) progress?.Invoke(status.ToStatus());
        }
    }

    private static (ReplicationStatus, SyncResult?) Unpack(ControlReply reply)
    {
        if (reply.Error is { } error) throw error.ToException();
        var status = reply.Status!.ToStatus();
        return (status, reply.Sync?.ToResult(status));
    }

    private LitestreamException Unreachable(string what, string hint, Exception inner) => new(
        ErrorCode.ReplicationUnreachable, $"The replicating process {endpoint.ProcessId} {what}.", $"process {endpoint.ProcessId}", hint, inner);
}
