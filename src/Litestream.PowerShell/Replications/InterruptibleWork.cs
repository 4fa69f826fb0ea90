namespace Litestream.PowerShell.Replications;

/// <summary>Work of a cmdlet that has files which nobody shall find when it is gone: a process that is told to end cancels it, and gives it a moment to
/// delete them.</summary>
internal sealed class InterruptibleWork : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins it.</summary>
    /// <param name="cancellationToken">Ends it, too.</param>
    internal InterruptibleWork(CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Token = _stop.Token;
        ProcessShutdown.Add(this);
    }

    /// <summary>Tells that it has to end.</summary>
    internal CancellationToken Token { get; }

    /// <summary>Ends when nothing of it is left.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Asks for its end.</summary>
    internal void Interrupt()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it has just ended
        }
    }

    /// <summary>Nothing of it is left.</summary>
    internal void End()
    {
        ProcessShutdown.Remove(this);
        _ended.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _stop.Dispose();
    }
}
