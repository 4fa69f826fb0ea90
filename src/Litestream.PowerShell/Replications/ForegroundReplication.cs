using System.Runtime.InteropServices;

namespace Litestream.PowerShell.Replications;

/// <summary>Runs sessions on a pipeline's thread until they end: what happens is written there, as only that thread may.</summary>
internal sealed class ForegroundReplication(ReplicationGroup group, IEventOutput output)
{
    /// <summary>What a script needs to go on and to end by itself before a signal ends its process.</summary>
    private static readonly TimeSpan s_scriptEnd = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Returns when all have ended; when the pipeline stops, after their last sync.</summary>
    /// <param name="limit">How long the last sync may take when the pipeline stops; null for as long as at any stop.</param>
    /// <param name="pipelineStop">Cancelled when the pipeline stops.</param>
    internal void Run(TimeSpan? limit, CancellationToken pipelineStop)
    {
        using var stop = pipelineStop.Register(() => group.RequestStop(limit));
        try
        {
            group.Returned = LeaveTimeAsync();
            group.Start(() => Task.CompletedTask);
            while (group.Writes.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
            {
                while (group.Writes.TryRead(out var write)) write(output);
            }
        }
        finally
        {
            // also when a write threw: the pipeline has stopped, or an error was to end it
            group.RequestStop();
            // PowerShell tells a command of Ctrl-C no more once Select-Object -First has ended its pipeline
            using var interrupt = limit is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => group.RequestStop(limit));
            group.WaitForEnd();
            foreach (var session in group.Sessions) ReplicationRegistry.Remove(session);
            _returned.TrySetResult();
        }
    }

    private async Task LeaveTimeAsync()
    {
        await _returned.Task.ConfigureAwait(false);
        await Task.Delay(s_scriptEnd).ConfigureAwait(false);
    }
}
