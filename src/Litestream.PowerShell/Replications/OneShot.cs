using Litestream.Engine.Replication;

namespace Litestream.PowerShell.Replications;

/// <summary>A replication that ends as soon as its first sync is confirmed, or can't be.</summary>
/// <param name="session">Entered in the registry, not started.</param>
/// <param name="output">What happens meanwhile.</param>
internal sealed class OneShot(ReplicationSession session, IEventOutput output)
{
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(200);

    private readonly object _gate = new();
    private bool _isEnding;

    /// <summary>Whether somebody else has stopped it before it ended by itself.</summary>
    internal bool IsStoppedByOthers { get; private set; }

    /// <summary>Runs on the pipeline's thread, as only that may write.</summary>
    /// <param name="limit">Ends the wait for the confirmation; what is captured waits in the metadata folder then.</param>
    /// <param name="pipelineStop">Ends the last sync too.</param>
    /// <returns>Ends, with its error if there was one, when the session has.</returns>
    internal Task<SyncResult> Run(CancellationToken limit, CancellationToken pipelineStop)
    {
        using var hurry = pipelineStop.Register(() => session.RequestStop(TimeSpan.Zero));
        var sync = SyncAsync(limit, pipelineStop);
        var view = new WaitingView(new(session, Environment.ProcessId), $"Syncing {session.DatabasePath}");
        session.Start();
        try
        {
            while (WaitForEvents(view))
            {
                while (session.Events.TryRead(out var happened)) output.Write(happened);
            }

            view.End(output.WriteProgress);
        }
        finally
        {
            // also when a write threw: the pipeline has stopped, or a warning was to end it
            Stop(pipelineStop);
            session.WaitForEnd(session.StopLimit);
            ReplicationRegistry.Remove(session);
        }

        return sync;
    }

    private bool WaitForEvents(WaitingView view)
    {
        var waiting = session.Events.WaitToReadAsync(CancellationToken.None).AsTask();
        while (Task.WaitAny([waiting], s_progressInterval) < 0) view.Show(output.WriteProgress);
        return waiting.GetAwaiter().GetResult();
    }

    private async Task<SyncResult> SyncAsync(CancellationToken limit, CancellationToken pipelineStop)
    {
        try
        {
            return await session.SyncAsync(limit).ConfigureAwait(false);
        }
        finally
        {
            Stop(pipelineStop);
        }
    }

    /// <summary>Whoever comes first sees whether it was stopped before.</summary>
    private void Stop(CancellationToken pipelineStop)
    {
        lock (_gate)
        {
            if (!_isEnding) IsStoppedByOthers = session.IsStopRequested && !pipelineStop.IsCancellationRequested;
            _isEnding = true;
        }

        session.RequestStop();
    }
}
