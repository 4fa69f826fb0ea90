using System.Threading.Channels;
using Litestream.PowerShell.Errors;

namespace Litestream.PowerShell.Replications;

/// <summary>Sessions that one job, or one foreground command, shows. Each ends by itself: what fails does not end the others.</summary>
internal sealed class ReplicationGroup
{
    /// <summary>While nobody takes more, the sessions wait with theirs, and drop their oldest.</summary>
    private const int WriteLimit = 100;

    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(2);

    private readonly Channel<Action<IEventOutput>> _writes = Channel.CreateBounded<Action<IEventOutput>>(WriteLimit);
    private Task _shown = Task.CompletedTask;
    private int _unshown;

    /// <summary>Makes a group.</summary>
    /// <param name="sessions">At least one; entered in the registry, not started.</param>
    public ReplicationGroup(IReadOnlyList<ReplicationSession> sessions) => (Sessions, _unshown) = (sessions, sessions.Count);

    public IReadOnlyList<ReplicationSession> Sessions { get; }

    /// <summary>What happens, to be written where it is shown; ends when all sessions have ended.</summary>
    public ChannelReader<Action<IEventOutput>> Writes => _writes.Reader;

    /// <summary>Whether a session has failed.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Starts all sessions, and what shows them.</summary>
    /// <param name="show">Ends when the end of all is shown.</param>
    public void Start(Func<Task> show)
    {
        foreach (var session in Sessions) session.Start();
        var forwards = Sessions.Select(s => (Session: s, Shown: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))).ToList();
        _ = CompleteAsync(forwards.ConvertAll(f => Task.Run(() => ForwardAsync(f.Session, f.Shown))));
        _shown = show();
        // the last one is shown when its job has ended, too
        foreach (var (session, shown) in forwards) session.Shown = Task.WhenAny(shown.Task, _shown);
    }

    public void RequestStop()
    {
        foreach (var session in Sessions) session.RequestStop();
    }

    /// <summary>The same, with a limit to the last syncs; see <see cref="ReplicationSession.RequestStop(TimeSpan)"/>.</summary>
    public void RequestStop(TimeSpan limit)
    {
        foreach (var session in Sessions) session.RequestStop(limit);
    }

    /// <summary>Waits until all have ended, as long as each may take.</summary>
    public void WaitForEnd()
    {
        foreach (var session in Sessions) session.WaitForEnd(session.StopLimit);
    }

    /// <summary>Waits, for a moment, until the end is shown; see <see cref="ReplicationSession.WaitUntilShown"/>.</summary>
    public void WaitUntilShown() => Task.WaitAny([_shown], s_moment);

    private async Task CompleteAsync(List<Task> forwards)
    {
        await Task.WhenAll(forwards).ConfigureAwait(false);
        _writes.Writer.Complete();
    }

    private async Task ForwardAsync(ReplicationSession session, TaskCompletionSource shown)
    {
        await foreach (var happened in session.Events.ReadAllAsync().ConfigureAwait(false))
            await _writes.Writer.WriteAsync(output => output.Write(happened)).ConfigureAwait(false);
        try
        {
            await session.Completion.ConfigureAwait(false);
            ReplicationRegistry.Remove(session);
        }
        catch (Exception exception)
        {
            // the session stays in the registry, so that Get-LitestreamReplication shows how it failed
            HasFailed = true;
            await _writes.Writer.WriteAsync(output => output.WriteError(exception.ToRecord(session.DatabasePath))).ConfigureAwait(false);
        }

        await _writes.Writer.WriteAsync(_ =>
        {
            if (--_unshown > 0) shown.SetResult();
        }).ConfigureAwait(false);
    }
}
