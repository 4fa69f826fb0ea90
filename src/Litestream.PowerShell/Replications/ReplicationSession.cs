using System.Threading.Channels;
using Litestream.Engine;
using Litestream.Engine.Control;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Replications;

/// <summary>One replication of this process, whether a job or a foreground command shows it. While it runs, other processes
/// reach it.</summary>
internal sealed class ReplicationSession : IReplicationControl, IAsyncDisposable
{
    private readonly EngineEnvironment _environment;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly DatabaseReplicator _replicator;
    private ReplicationStatus? _last;
    private Task _run = Task.CompletedTask;

    internal ReplicationSession(ReplicationOptions options, IReadOnlyList<IReplicaClient> replicas, EngineEnvironment environment)
    {
        // as the engine does: whoever looks for it by the link, or in another process, finds it by that
        DatabasePath = environment.Files.ResolveLink(options.DatabasePath);
        Replicas = [.. replicas.Select(r => r.Url)];
        StopLimit = options.ShutdownTimeout + TimeSpan.FromSeconds(5);
        _environment = environment;
        _replicator = new(options, replicas, environment);
    }

    internal string DatabasePath { get; }

    internal IReadOnlyList<string> Replicas { get; }

    /// <summary>How long a stop may take: the last sync, and some time to close.</summary>
    internal TimeSpan StopLimit { get; }

    /// <summary>How long it may take where Ctrl-C ends the process; null for as long as any.</summary>
    internal TimeSpan? InterruptLimit { get; init; }

    /// <summary>Id of the job that shows it; null in the foreground.</summary>
    internal int? JobId { get; set; }

    internal ChannelReader<ReplicationEvent> Events => _replicator.Events;

    /// <inheritdoc/>
    public ReplicationStatus Status => _last ?? _replicator.Status;

    /// <summary>Ends when the replication has ended and those of other processes who waited for that know, with its error if it
    /// failed.</summary>
    internal Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Ends when whoever shows the replication has shown its end.</summary>
    internal Task Shown { get; set; } = Task.CompletedTask;

    /// <summary>Ends when a command in the foreground that ran it has returned, and its script had time to go on.</summary>
    internal Task Returned { get; set; } = Task.CompletedTask;

    internal void Start()
    {
        // known before it begins: a sync that waits already may learn at once that it has ended, and asks how
        var run = new Task<Task>(RunAsync);
        _run = run.Unwrap();
        run.Start(TaskScheduler.Default);
        Completion = Task.Run(ServeAsync);
    }

    /// <summary>Whether its end was asked for.</summary>
    internal bool IsStopRequested => _stop.IsCancellationRequested;

    /// <summary>Asks for the last sync and the end. Returns at once; may be called again.</summary>
    internal void RequestStop() => _stop.Cancel();

    /// <summary>The same for somebody who does not want to wait for a last sync that takes long: what is missing is shipped at the next start.</summary>
    /// <param name="limit">How long it may take from now on.</param>
    internal void RequestStop(TimeSpan limit)
    {
        _hurry.CancelAfter(limit);
        RequestStop();
    }

    /// <summary>Waits for the end, however it comes.</summary>
    /// <param name="limit">How long at most.</param>
    /// <returns>Whether it has ended.</returns>
    internal bool WaitForEnd(TimeSpan limit) => Task.WaitAny([Completion], limit) == 0;

    /// <summary>Waits, for a moment, until the end is shown. Not longer: handlers of Receive-Job -Wait may hold whoever shows it
    /// while the thread that stops is the one they wait for.</summary>
    internal void WaitUntilShown() => Task.WaitAny([Shown], TimeSpan.FromSeconds(2));

    /// <inheritdoc/>
    public async Task<SyncResult> SyncAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _replicator.SyncAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (EngineException e) when (e.Code == ErrorCode.ReplicationEnded)
        {
            await _run.ConfigureAwait(false); // how it failed says more
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ReplicationStatus> StopAsync(CancellationToken cancellationToken)
    {
        RequestStop();
        try
        {
            await _run.WaitAsync(StopLimit, cancellationToken).ConfigureAwait(false);
            return Status;
        }
        catch (TimeoutException e)
        {
            throw new EngineException(
                ErrorCode.Timeout, $"The replication of '{DatabasePath}' did not end within {StopLimit.InSeconds()}.", DatabasePath,
                "It ends by itself when the database or the replica answers again; Get-LitestreamReplication shows it.", e);
        }
    }

    /// <summary>Closes what was never started. A session that was started closes itself at its end.</summary>
    public ValueTask DisposeAsync() => _replicator.DisposeAsync();

    private async Task RunAsync()
    {
        EngineException? refused = null;
        try
        {
            await _replicator.RunAsync(_stop.Token, _hurry.Token).ConfigureAwait(false);
        }
        catch (EngineException e) when (e.Code == ErrorCode.ReplicationAlreadyRunning)
        {
            refused = await new ControlDirectory(_environment).NameHolderAsync(e, CancellationToken.None).ConfigureAwait(false);
            throw refused;
        }
        finally
        {
            _last = refused is null ? _replicator.Status : _replicator.Status with { LastError = refused };
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ServeAsync()
    {
        var server = TryListen();
        try
        {
            await _run.ConfigureAwait(false);
        }
        finally
        {
            if (server is not null) await server.DisposeAsync().ConfigureAwait(false);
        }
    }

    private ControlServer? TryListen()
    {
        try
        {
            return ControlServer.Start(this, ControlEndpoint.Of(DatabasePath, Environment.ProcessId), _environment);
        }
        catch (EngineException e)
        {
            _replicator.Warn(ReplicationEventKind.ControlUnavailable, e);
            return null;
        }
    }
}
