namespace Litestream.Engine.Replicas;

/// <summary>How long to wait for something that may go on for long as long as it gets on.</summary>
internal sealed class Patience : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenSource _either;
    private volatile bool _isDisposed;

    /// <summary>Begins to wait.</summary>
    /// <param name="limit">The longest time without progress.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting too.</param>
    public Patience(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _limit = limit;
        _over = new(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, cancellationToken);
        Token = _either.Token;
    }

    /// <summary>Cancelled when patience is over, or the wait is ended from outside.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether it took too long.</summary>
    public bool IsOver => _over.IsCancellationRequested;

    /// <summary>Notes progress: the time begins anew.</summary>
    public void Renew()
    {
        // one that was left alone may still come here
        if (!_isDisposed) _over.CancelAfter(_limit);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _either.Dispose();
        _over.Dispose();
    }
}
