using System.Collections.Concurrent;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Control;

/// <summary>Lets other processes of the user reach a replication of this one. Whatever they send, however slowly and however many they
/// are, the replication does not notice.</summary>
public sealed class ControlServer : IAsyncDisposable
{
    private readonly IControlListener _listener;
    private readonly ControlSession _session;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _room = new(ControlLimits.Connections);
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly Task _accepting;

    private ControlServer(IControlListener listener, IReplicationControl replication, TimeProvider time)
    {
        _listener = listener;
        _time = time;
        _session = new(replication, time, _closing.Token, _closed.Token);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="replication">What is reached.</param>
    /// <param name="endpoint">Where.</param>
    /// <param name="environment">Transport and time.</param>
    /// <returns>Listens until disposed.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicationUnreachable"/>: the system does not let it.</exception>
    public static ControlServer Start(IReplicationControl replication, ControlEndpoint endpoint, EngineEnvironment environment)
    {
        try
        {
            return new(environment.Control.Listen(endpoint), replication, environment.Time);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw new LitestreamException(
                ErrorCode.ReplicationUnreachable, $"Other processes can't reach the replication of '{replication.Status.DatabasePath}': {e.Message}",
                replication.Status.DatabasePath,
                $"Replication goes on. Set {LocalControl.FolderVariable} to a folder that only this account may enter, the same in all processes.", e);
        }
    }

    /// <summary>Stops listening, gives replies that are under way a moment, and closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _listener.Dispose();
        await Task.WhenAny(Task.WhenAll(_connections.Keys), Task.Delay(ControlLimits.Farewell, _time)).ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_connections.Keys).ConfigureAwait(false);
        _room.Dispose();
        _closing.Dispose();
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_closing.Token).ConfigureAwait(false);
                try
                {
                    Serve(await _listener.AcceptAsync(_closing.Token).ConfigureAwait(false));
                }
                catch (Exception e) when (FileErrors.IsFileError(e))
                {
                    // one connection could not be taken: others may be, a little later
                    _room.Release();
                    await Task.Delay(ControlLimits.AcceptRetry, _time, _closing.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // closing
        }
    }

    private void Serve(Stream connection)
    {
        var serving = Task.Run(async () =>
        {
            try
            {
                await using (connection.ConfigureAwait(false)) await _session.ServeAsync(connection).ConfigureAwait(false);
            }
            finally
            {
                _room.Release();
            }
        });
        _connections.TryAdd(serving, 0);
        serving.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
    }
}
