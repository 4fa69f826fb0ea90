namespace Litestream.Engine.Replication;

/// <summary>Those who wait until what is committed now is captured, and what is captured is durable in the spool. Safe for concurrent use.</summary>
internal sealed class SyncRequests
{
    private readonly object _lock = new();
    private readonly List<TaskCompletionSource> _waiting = [];
    private readonly List<TaskCompletionSource> _captured = [];
    private readonly List<TaskCompletionSource> _inCut = [];
    private Exception? _ended;

    /// <summary>Whether somebody waits for a capture.</summary>
    public bool Any
    {
        get
        {
            lock (_lock) return _waiting.Count > 0;
        }
    }

    /// <summary>Whether somebody waits until what is captured is durable.</summary>
    public bool AnyCaptured
    {
        get
        {
            lock (_lock) return _captured.Count + _inCut.Count > 0;
        }
    }

    /// <summary>Makes a request.</summary>
    /// <returns>Ends when what a capture found that began afterwards is durable.</returns>
    public Task Add()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_ended is { } reason) source.SetException(reason);
            else _waiting.Add(source);
        }

        return source.Task;
    }

    /// <summary>Takes those who wait for a capture by now: the one that follows is theirs.</summary>
    public IReadOnlyList<TaskCompletionSource> Take()
    {
        lock (_lock) return Drain(_waiting);
    }

    /// <summary>Puts back those whose capture did not succeed.</summary>
    public void Return(IReadOnlyList<TaskCompletionSource> requests)
    {
        lock (_lock) _waiting.AddRange(requests);
    }

    /// <summary>Notes whose capture succeeded.</summary>
    public void Captured(IReadOnlyList<TaskCompletionSource> requests)
    {
        lock (_lock) _captured.AddRange(requests);
    }

    /// <summary>Notes that a cut has taken all that is captured.</summary>
    public void CutBegan()
    {
        lock (_lock) _inCut.AddRange(Drain(_captured));
    }

    /// <summary>Notes that what the cut has taken is durable.</summary>
    public void CutSucceeded()
    {
        lock (_lock) Drain(_inCut).ForEach(s => s.TrySetResult());
    }

    /// <summary>Notes that all that is captured is durable.</summary>
    public void AllDurable()
    {
        CutBegan();
        CutSucceeded();
    }

    /// <summary>Notes that what is captured and not durable is void: all who wait for it wait for another capture.</summary>
    public void GoBack()
    {
        lock (_lock) _waiting.AddRange([.. Drain(_captured), .. Drain(_inCut)]);
    }

    /// <summary>Lets those fail who wait for a capture by now.</summary>
    public void Refuse(Exception reason)
    {
        lock (_lock) Drain(_waiting).ForEach(s => s.TrySetException(reason));
    }

    /// <summary>Lets all fail, those that come later too: nothing will be captured any more.</summary>
    public void Fail(Exception reason)
    {
        lock (_lock)
        {
            _ended = reason;
            foreach (var source in (List<TaskCompletionSource>)[.. Drain(_waiting), .. Drain(_captured), .. Drain(_inCut)]) source.TrySetException(reason);
        }
    }

    private static List<TaskCompletionSource> Drain(List<TaskCompletionSource> sources)
    {
        var drained = sources.ToList();
        sources.Clear();
        return drained;
    }
}
