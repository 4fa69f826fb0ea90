using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Replication;

/// <summary>How many databases a process has open at once: each takes handles, of which there are only so many. Whoever comes when all places are taken waits
/// until another one is let go. Safe for concurrent use.</summary>
/// <param name="handles">Handles that the process may have.</param>
internal class OpenPlaces(long handles)
{
    /// <summary>Three connections, the guard, a snapshot and an upload.</summary>
    private const int HandlesOpen = 16;

    /// <summary>A lock, and where other processes reach it.</summary>
    private const int HandlesIdle = 2;

    /// <summary>For all else that the process does.</summary>
    private const int Reserve = 512;

    /// <summary>Without so many the host can't live: the runtime ends a process that can't open what a new thread needs.</summary>
    private const int HandlesOfHost = 200;

    /// <summary>So many there are in any case.</summary>
    public const int Least = 16;

    private readonly object _lock = new();
    private readonly LinkedList<TaskCompletionSource<IDisposable>> _waiting = new();
    private long _replications;
    private long _taken;
    private long _admitted;

    /// <summary>Those of this process.</summary>
    public static OpenPlaces OfProcess { get; } = new(HandleLimit.Read() ?? long.MaxValue);

    /// <summary>Whether somebody waits.</summary>
    public virtual bool AreScarce
    {
        get
        {
            lock (_lock) return _waiting.Count > 0;
        }
    }

    /// <summary>How many have waited and got a place.</summary>
    public long Admitted => Interlocked.Read(ref _admitted);

    private long Limit => Math.Max(Least, (handles - Reserve - _replications * HandlesIdle) / HandlesOpen);

    /// <summary>Counts a replication, whether it has its database open or not.</summary>
    /// <param name="database">Its database.</param>
    /// <returns>Ends that when disposed.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.TooManyReplications"/>.</exception>
    public IDisposable Join(string database)
    {
        lock (_lock)
        {
            var present = _replications + 1;
            if (HandlesOfHost + Math.Min(present, Least) * HandlesOpen + present * HandlesIdle > handles)
            {
                throw new LitestreamException(ErrorCode.TooManyReplications,
                    $"The database '{database}' can't be replicated beside {_replications} others: this process may have {handles} files open.", database,
                    "Let it have more (ulimit -n; LimitNOFILE= of a systemd service), or replicate in several processes.");
            }

            _replications++;
        }

        return new Once(() =>
        {
            lock (_lock) _replications--;
            Admit();
        });
    }

    /// <summary>Takes a place, as soon as there is one.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The place; given back when disposed.</returns>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<IDisposable> turn;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _taken < Limit)
            {
                _taken++;
                return new Once(Leave);
            }

            turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.AddLast(turn);
        }

        using var cancellation = cancellationToken.Register(() => Withdraw(turn, cancellationToken));
        return await turn.Task.ConfigureAwait(false);
    }

    private void Withdraw(TaskCompletionSource<IDisposable> turn, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(turn)) return;
        }

        turn.TrySetCanceled(cancellationToken);
    }

    private void Leave()
    {
        lock (_lock) _taken--;
        Admit();
    }

    private void Admit()
    {
        lock (_lock)
        {
            while (_waiting.First is { } next && _taken < Limit)
            {
                _waiting.Remove(next);
                _taken++;
                Interlocked.Increment(ref _admitted);
                next.Value.SetResult(new Once(Leave));
            }
        }
    }

    private sealed class Once(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
