namespace Litestream.Engine.Replication;

/// <summary>Wakes one waiting loop. A signal that comes while nobody waits is kept for the next wait; more of them count once.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether a signal is kept.</summary>
    public bool IsSet => Volatile.Read(ref _source).Task.IsCompleted;

    /// <summary>Signals.</summary>
    public void Set() => Volatile.Read(ref _source).TrySetResult();

    /// <summary>Waits for a signal and takes it.</summary>
    /// <param name="timeout">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether there was a signal.</returns>
    public async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var source = Volatile.Read(ref _source);
        if (!source.Task.IsCompleted)
        {
            if (timeout == TimeSpan.Zero) return false;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var delay = Task.Delay(timeout.InTimerSteps(), time, ended.Token);
            // asynchronously, as whoever signals must not be kept; where the time is over there is nothing to cancel
            if (await Task.WhenAny(source.Task, delay).ConfigureAwait(false) != delay) await ended.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (!source.Task.IsCompleted) return false;
        }

        Interlocked.CompareExchange(ref _source, new(TaskCreationOptions.RunContinuationsAsynchronously), source);
        return true;
    }
}
