using System.Threading.Channels;
using Litestream.PowerShell.Errors;

namespace Litestream.PowerShell.Replications;

/// <summary>Sessions that one job, or one foreground command, shows. Each ends by itself: what fails does not end the others. Those of folders come and
/// go; the group ends with the last session, or where folders are watched when all have been asked to end.</summary>
internal sealed class ReplicationGroup
{
    /// <summary>While nobody takes more, the sessions wait with theirs, and drop their oldest.</summary>
    private const int WriteLimit = 100;

    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly Channel<Action<IEventOutput>> _writes = Channel.CreateBounded<Action<IEventOutput>>(WriteLimit);
    private readonly List<ReplicationSession> _sessions;
    private readonly IReadOnlyList<FolderReplication> _folders;
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _shown = Task.CompletedTask;
    private int _active;
    private int _unshown;
    private bool _hasFolderFailed;

    /// <summary>Makes a group: at least one session or folder.</summary>
    /// <param name="sessions">Entered in the registry, not started.</param>
    /// <param name="folders">What brings more of them.</param>
    public ReplicationGroup(IReadOnlyList<ReplicationSession> sessions, IReadOnlyList<FolderReplication> folders) =>
        (_sessions, _folders, _active, _unshown) = ([.. sessions], folders, sessions.Count + folders.Count, sessions.Count);

    public IReadOnlyList<ReplicationSession> Sessions
    {
        get
        {
            lock (_gate) return [.. _sessions];
        }
    }

    /// <summary>What happens, to be written where it is shown; ends when all sessions have ended.</summary>
    public ChannelReader<Action<IEventOutput>> Writes => _writes.Reader;

    /// <summary>Whether a session has failed that was not begun again, or the looking into a folder.</summary>
    public bool HasFailed
    {
        get
        {
            lock (_gate) return _hasFolderFailed || _sessions.Exists(s => s.Completion is { IsCompleted: true, IsCompletedSuccessfully: false });
        }
    }

    /// <summary>Id of the job that shows it; null in the foreground.</summary>
    public int? JobId { get; set; }

    /// <summary>What <see cref="ReplicationSession.Returned"/> of each session is to be.</summary>
    public Task Returned { get; set; } = Task.CompletedTask;

    /// <summary>Starts all sessions, and what shows them.</summary>
    /// <param name="show">Ends when the end of all is shown.</param>
    public void Start(Func<Task> show)
    {
        var sessions = Sessions;
        _shown = show();
        foreach (var session in sessions) Run(session);
        foreach (var folder in _folders) _ = Task.Run(() => RunAsync(folder));
    }

    /// <summary>Starts a session that has come later. It is entered in the registry.</summary>
    /// <returns>False when the group is about to end.</returns>
    public bool TryAdd(ReplicationSession session)
    {
        lock (_gate)
        {
            if (_stop.Task.IsCompleted) return false;
            _sessions.Add(session);
            _active++;
            _unshown++;
        }

        Run(session);
        return true;
    }

    /// <summary>Ends a session that is not waited for any more, and shows it no longer.</summary>
    public void LetGo(ReplicationSession session)
    {
        lock (_gate) _sessions.Remove(session);
        session.RequestStop();
    }

    /// <summary>Writes where the sessions are shown.</summary>
    public ValueTask WriteAsync(Action<IEventOutput> write) => _writes.Writer.WriteAsync(write);

    /// <summary>Asks all for the last sync and the end. Returns at once; may be called again.</summary>
    /// <param name="limit">How long the last syncs may take; null for as long as they may.</param>
    public void RequestStop(TimeSpan? limit = null)
    {
        lock (_gate) _stop.TrySetResult();
        foreach (var session in Sessions)
        {
            if (limit is { } hurry) session.RequestStop(hurry);
            else session.RequestStop();
        }
    }

    /// <summary>Waits until all have ended, as long as each may take.</summary>
    public void WaitForEnd()
    {
        foreach (var session in Sessions) session.WaitForEnd(session.StopLimit);
    }

    /// <summary>Waits, for a moment, until the end is shown; see <see cref="ReplicationSession.WaitUntilShown"/>.</summary>
    public void WaitUntilShown() => Task.WaitAny([_shown], s_moment);

    /// <summary>Whoever has stopped every replication of a configuration, also from another process, means its folders, too.</summary>
    public void StopWatchingIfAllAreStopped()
    {
        lock (_gate)
        {
            if (_sessions.Exists(s => s.IsStopRequested) && _sessions.TrueForAll(s => s.Completion.IsCompleted)) _stop.TrySetResult();
        }
    }

    private void Run(ReplicationSession session)
    {
        var shown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (session.JobId, session.Returned) = (JobId, Returned);
        // the last one is shown when its job has ended, too
        session.Shown = Task.WhenAny(shown.Task, _shown);
        session.Start();
        _ = Task.Run(() => ForwardAsync(session, shown));
    }

    private async Task RunAsync(FolderReplication folder)
    {
        using var stop = new CancellationTokenSource();
        try
        {
            var running = folder.RunAsync(this, stop.Token);
            await Task.WhenAny(running, _stop.Task).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.Task.IsCompleted)
        {
            // asked to end
        }
        catch (Exception exception)
        {
            lock (_gate) _hasFolderFailed = true;
            await WriteAsync(output => output.WriteError(exception.ToRecord(folder.Path))).ConfigureAwait(false);
        }

        Release();
    }

    private async Task ForwardAsync(ReplicationSession session, TaskCompletionSource shown)
    {
        await foreach (var happened in session.Events.ReadAllAsync().ConfigureAwait(false))
            await WriteAsync(output => output.Write(happened)).ConfigureAwait(false);
        try
        {
            await session.Completion.ConfigureAwait(false);
            ReplicationRegistry.Remove(session);
        }
        catch (Exception exception) when (!IsShown(session))
        {
            ReplicationRegistry.Remove(session);
            await WriteAsync(output => output.WriteWarning($"{session.DatabasePath}: {exception.Message}")).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // the session stays in the registry, so that Get-LitestreamReplication shows how it failed
            await WriteAsync(output => output.WriteError(exception.ToRecord(session.DatabasePath))).ConfigureAwait(false);
        }

        StopWatchingIfAllAreStopped();
        await WriteAsync(_ =>
        {
            if (Interlocked.Decrement(ref _unshown) > 0 || (_folders.Count > 0 && !_stop.Task.IsCompleted)) shown.SetResult();
        }).ConfigureAwait(false);
        Release();
    }

    /// <summary>Not one that was let go.</summary>
    private bool IsShown(ReplicationSession session)
    {
        lock (_gate) return _sessions.Contains(session);
    }

    private void Release()
    {
        lock (_gate)
        {
            if (--_active > 0) return;
        }

        _writes.Writer.Complete();
    }
}
