using Litestream.Engine;
using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Errors;

namespace Litestream.PowerShell.Replications;

/// <summary>Keeps replicating what is in a folder: begins what comes, and lets go what has gone.</summary>
/// <param name="folder">Which.</param>
/// <param name="isMeant">Whether one of its databases is this folder's, and no other entry's.</param>
/// <param name="open">Makes the session of a database.</param>
/// <param name="environment">The engine's.</param>
internal sealed class FolderReplication(
    DatabaseFolder folder, Func<string, bool> isMeant, Func<DatabaseConfiguration, ReplicationSession> open, EngineEnvironment environment)
{
    private readonly Dictionary<string, ReplicationSession> _sessions = [];
    private readonly Dictionary<string, string> _refused = [];
    private readonly FailedDatabases _failed = new(environment.Time);

    /// <summary>Full path of the folder.</summary>
    public string Path => folder.Path;

    /// <summary>Begins what comes and lets go what has gone, until it is to stop.</summary>
    public async Task RunAsync(ReplicationGroup group, CancellationToken stop)
    {
        var started = group.Sessions.Where(s => isMeant(s.DatabasePath)).ToList();
        using var monitor = new FolderMonitor(folder, isMeant, started.Select(s => s.DatabasePath), environment);
        foreach (var session in started) Add(session, monitor);
        while (true)
        {
            var changes = monitor.Look(stop);
            foreach (var failure in changes.Failures)
                await TellAsync(group, ReplicationEventKind.FolderTrouble, ReplicationSeverity.Warning, failure.Target ?? folder.Path, $"{failure.Message} {failure.Hint}").ConfigureAwait(false);
            foreach (var path in changes.Gone) await LetGoAsync(group, path).ConfigureAwait(false);
            foreach (var path in changes.Come) await BeginAsync(group, monitor, path).ConfigureAwait(false);
            await monitor.WaitAsync(_failed.Next, stop).ConfigureAwait(false);
            await LookForFailuresAsync(group, monitor).ConfigureAwait(false);
        }
    }

    private void Add(ReplicationSession session, FolderMonitor monitor)
    {
        _sessions.Add(session.DatabasePath, session);
        _ = session.Completion.ContinueWith(_ => monitor.Wake(), TaskScheduler.Default);
    }

    private async Task LookForFailuresAsync(ReplicationGroup group, FolderMonitor monitor)
    {
        foreach (var (path, session) in _sessions.ToList())
        {
            if (!HasFailed(session))
            {
                // stopped while it waited
                if (_failed.IsWaiting(path)) _failed.Remove(path);
            }
            else if (!_failed.IsWaiting(path))
            {
                await TellAsync(group, ReplicationEventKind.FolderTrouble, ReplicationSeverity.Warning, path,
                    $"The replication of '{path}' has failed. It begins again in {_failed.Add(path).InSeconds()}.").ConfigureAwait(false);
            }
            else if (_failed.TryTake(path))
            {
                _sessions.Remove(path);
                group.LetGo(session);
                ReplicationRegistry.Remove(session);
                monitor.Forget(path);
            }
        }

        group.StopWatchingIfAllAreStopped();
    }

    /// <summary>Not one that was stopped, although its last sync may have failed.</summary>
    private static bool HasFailed(ReplicationSession session) =>
        session.Completion is { IsCompleted: true, IsCompletedSuccessfully: false } && !session.IsStopRequested;

    private async Task BeginAsync(ReplicationGroup group, FolderMonitor monitor, string path)
    {
        try
        {
            var session = open(folder.Describe(path));
            var isStarted = false;
            try
            {
                ReplicationRegistry.Add(session, environment);
                if (!_failed.Contains(path))
                    await TellAsync(group, ReplicationEventKind.DatabaseFound, ReplicationSeverity.Information, path, $"'{path}' has come; its replication begins.").ConfigureAwait(false);
                isStarted = group.TryAdd(session);
                if (!isStarted) return;
                Add(session, monitor);
                _refused.Remove(path);
            }
            finally
            {
                if (!isStarted)
                {
                    ReplicationRegistry.Remove(session);
                    await session.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // told once, and tried again: the one that was there before may just be ending
            monitor.Forget(path);
            if (_refused.GetValueOrDefault(path) == e.Message) return;
            _refused[path] = e.Message;
            await group.WriteAsync(output => output.WriteError(e.ToRecord(path))).ConfigureAwait(false);
        }
    }

    private async Task LetGoAsync(ReplicationGroup group, string path)
    {
        _failed.Remove(path);
        if (!_sessions.Remove(path, out var session)) return;
        group.LetGo(session);
        await TellAsync(group, ReplicationEventKind.DatabaseGone, ReplicationSeverity.Warning, path,
            $"'{path}' has gone; its replication ends. Its replicas stay as they are.").ConfigureAwait(false);
    }

    private ValueTask TellAsync(ReplicationGroup group, ReplicationEventKind kind, ReplicationSeverity severity, string path, string message)
    {
        var happened = new ReplicationEvent(environment.Time.GetUtcNow(), kind, severity, path, message);
        return group.WriteAsync(output => output.Write(happened));
    }
}
