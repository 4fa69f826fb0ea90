namespace Litestream.PowerShell.Replications;

/// <summary>Runs sessions on a pipeline's thread until they end: what happens is written there, as only that thread may.</summary>
internal sealed class ForegroundReplication(IReadOnlyList<ReplicationSession> sessions, IEventOutput output)
{
    private readonly ReplicationGroup _group = new(sessions);

    /// <summary>Returns when all have ended; when the pipeline stops, after their last sync.</summary>
    internal void Run(CancellationToken pipelineStop)
    {
        using var stop = pipelineStop.Register(_group.RequestStop);
        try
        {
            _group.Start(() => Task.CompletedTask);
            while (_group.Writes.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
            {
                while (_group.Writes.TryRead(out var write)) write(output);
            }
        }
        finally
        {
            // also when a write threw: the pipeline has stopped, or an error was to end it
            _group.RequestStop();
            _group.WaitForEnd();
            foreach (var session in sessions) ReplicationRegistry.Remove(session);
        }
    }
}
