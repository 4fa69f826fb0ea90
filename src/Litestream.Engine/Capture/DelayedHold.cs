namespace Litestream.Engine.Capture;

/// <summary>Keeps writers out from a moment on, unless what is done beside them until then has ended.</summary>
internal sealed class DelayedHold : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task<HeldWriters?> _hold;

    /// <summary>Begins to wait.</summary>
    /// <param name="hold">Keeps writers out; null when that is not possible, or is not wanted any more.</param>
    /// <param name="delay">How long to wait.</param>
    /// <param name="time">Measures.</param>
    public DelayedHold(Func<CancellationToken, HeldWriters?> hold, TimeSpan delay, TimeProvider time) => _hold = HoldAsync(hold, delay, time);

    /// <summary>Ends the waiting.</summary>
    /// <returns>Lets writers in when disposed; null if they were not kept out.</returns>
    public HeldWriters? Take()
    {
        _end.Cancel();
        return _hold.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _end.Cancel();
        // why they could not be kept out is told to whoever takes it; here it would hide why nobody does
        ((Task)_hold).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        if (_hold.IsCompletedSuccessfully) _hold.Result?.Dispose();
        _end.Dispose();
    }

    private async Task<HeldWriters?> HoldAsync(Func<CancellationToken, HeldWriters?> hold, TimeSpan delay, TimeProvider time)
    {
        await Task.Delay(delay, time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _end.IsCancellationRequested ? null : hold(_end.Token);
    }
}
