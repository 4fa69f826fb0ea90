using System.Threading.Channels;
using Litestream.PowerShell.Errors;

namespace Litestream.PowerShell.Replications;

/// <summary>Runs sessions on a pipeline's thread until they end: what happens is written there, as only that thread may.</summary>
internal sealed class ForegroundReplication(IReadOnlyList<ReplicationSession> sessions, IEventOutput output)
{
    private readonly Channel<Action> _writes = Channel.CreateUnbounded<Action>();

    /// <summary>Returns when all have ended; when the pipeline stops, after their last sync.</summary>
    internal void Run(CancellationToken pipelineStop)
    {
        using var stop = pipelineStop.Register(RequestStop);
        try
        {
            foreach (var session in sessions) session.Start();
            _ = CompleteAsync(sessions.Select(ForwardAsync).ToArray());
            WriteAll();
        }
        finally
        {
            // also when a write threw: the pipeline has stopped, or an error was to end it
            RequestStop();
            foreach (var session in sessions)
            {
                session.WaitForEnd(session.StopLimit);
                ReplicationRegistry.Remove(session);
            }
        }
    }

    private void RequestStop()
    {
        foreach (var session in sessions) session.RequestStop();
    }

    private void WriteAll()
    {
        while (_writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_writes.Reader.TryRead(out var write)) write();
        }
    }

    private async Task CompleteAsync(Task[] forwards)
    {
        await Task.WhenAll(forwards).ConfigureAwait(false);
        _writes.Writer.Complete();
    }

    private async Task ForwardAsync(ReplicationSession session)
    {
        await foreach (var happened in session.Events.ReadAllAsync().ConfigureAwait(false))
            _writes.Writer.TryWrite(() => output.Write(happened));
        try
        {
            await session.Completion.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _writes.Writer.TryWrite(() => output.WriteError(exception.ToRecord(session.DatabasePath)));
        }
    }
}
