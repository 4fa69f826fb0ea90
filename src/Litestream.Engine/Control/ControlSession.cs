using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Control;

/// <summary>Serves connections, each for one request. Never throws: whatever is wrong with a connection ends that connection.</summary>
/// <param name="replication">What is reached.</param>
/// <param name="time">The clock.</param>
/// <param name="closing">Nobody's request is waited for any more.</param>
/// <param name="closed">Nobody's reply is waited for any more.</param>
internal sealed class ControlSession(
    IReplicationControl replication, TimeProvider time, CancellationToken closing, CancellationToken closed)
{
    private int _syncs;

    /// <summary>Reads the request and answers it.</summary>
    public async Task ServeAsync(Stream connection)
    {
        try
        {
            await AnswerAsync(connection, await ReadAsync(connection).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            await RefuseAsync(connection, e).ConfigureAwait(false);
        }
        catch (Exception e) when (IsGone(e))
        {
            // the client has left, or was too slow: nobody is there to be told
        }
    }

    private static bool IsGone(Exception e) => FileErrors.IsFileError(e) || e is OperationCanceledException or ObjectDisposedException;

    private async Task<ControlRequest> ReadAsync(Stream connection)
    {
        using var limit = new CancellationTokenSource(ControlLimits.Client, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closing);
        var request = await ControlProtocol.ReadAsync<ControlRequest>(connection, ControlProtocol.MaxRequestSize, either.Token)
            .ConfigureAwait(false);
        return request.Version == ControlProtocol.Version
            ? request
            : throw new InvalidDataException($"Version {request.Version} of the protocol; this process speaks version {ControlProtocol.Version}.");
    }

    private async Task AnswerAsync(Stream connection, ControlRequest request)
    {
        ControlReply reply;
        try
        {
            reply = request.Action switch
            {
                ControlAction.Sync => await SyncAsync(connection).ConfigureAwait(false),
                // who leaves does not undo the stop
                ControlAction.Stop => WithStatus(
                    await WorkAsync(connection, _ => replication.StopAsync(CancellationToken.None)).ConfigureAwait(false)),
                _ => WithStatus(replication.Status),
            };
        }
        catch (Exception e) when (!IsGone(e))
        {
            // told to the client, whose request it was; the replication tells its own
            reply = new(ControlProtocol.Version) { Error = ErrorMessage.Of(e) };
        }

        await WriteAsync(connection, reply).ConfigureAwait(false);
    }

    private async Task<ControlReply> SyncAsync(Stream connection)
    {
        try
        {
            if (Interlocked.Increment(ref _syncs) > ControlLimits.Syncs)
                throw new LitestreamException(
                    ErrorCode.ReplicationUnreachable, $"{ControlLimits.Syncs} others wait for a sync of '{replication.Status.DatabasePath}' already.",
                    replication.Status.DatabasePath, "See with Get-LitestreamReplication why its replicas do not follow.");
            var result = await WorkAsync(connection, replication.SyncAsync).ConfigureAwait(false);
            return WithStatus(replication.Status) with { Sync = SyncMessage.Of(result) };
        }
        finally
        {
            Interlocked.Decrement(ref _syncs);
        }
    }

    /// <summary>Tells the client again and again that there is still work, and how far it is, and gives the work up when the client does not take that.</summary>
    private async Task<T> WorkAsync<T>(Stream connection, Func<CancellationToken, Task<T>> start)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(closed);
        var work = start(left.Token);
        try
        {
            while (await Task.WhenAny(work, Task.Delay(ControlLimits.Heartbeat, time, left.Token)).ConfigureAwait(false) != work)
            {
                left.Token.ThrowIfCancellationRequested();
                await WriteAsync(connection, new(ControlProtocol.Version) { Progress = StatusMessage.Of(replication.Status) }).ConfigureAwait(false);
            }
        }
        catch
        {
            await left.CancelAsync().ConfigureAwait(false);
            Forget(work);
            throw;
        }

        return await work.ConfigureAwait(false);
    }

    /// <summary>Nobody waits for it any more; its failure is the replication's own to tell.</summary>
    private static void Forget(Task work) => work.ContinueWith(
        done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private async Task RefuseAsync(Stream connection, InvalidDataException e)
    {
        var error = new LitestreamException(ErrorCode.ReplicationUnreachable, $"The request was not understood: {e.Message}",
            replication.Status.DatabasePath, "Use the same version of the module in both processes.");
        try
        {
            await WriteAsync(connection, new(ControlProtocol.Version) { Error = ErrorMessage.Of(error) }).ConfigureAwait(false);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // who sends what nobody understands need not listen
        }
    }

    private static ControlReply WithStatus(ReplicationStatus status) => new(ControlProtocol.Version) { Status = StatusMessage.Of(status) };

    private async Task WriteAsync(Stream connection, ControlReply reply)
    {
        using var limit = new CancellationTokenSource(ControlLimits.Client, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closed);
        await ControlProtocol.WriteAsync(connection, reply, either.Token).ConfigureAwait(false);
    }
}
