using System.Collections.Concurrent;

namespace Litestream.Engine.Replication;

/// <summary>Those who wait until what is committed now is captured and cut.</summary>
internal sealed class SyncRequests
{
    private readonly ConcurrentQueue<TaskCompletionSource> _waiting = new();
    private volatile Exception? _ended;

    /// <summary>Whether somebody waits.</summary>
    public bool Any => !_waiting.IsEmpty;

    /// <summary>Makes a request.</summary>
    /// <returns>Ends when a capture that began afterwards is cut.</returns>
    public Task Add()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue(source);
        if (_ended is { } reason) Fail(reason);
        return source.Task;
    }

    /// <summary>Takes those who wait by now: the capture that follows is theirs.</summary>
    public IReadOnlyList<TaskCompletionSource> Take()
    {
        var taken = new List<TaskCompletionSource>();
        while (_waiting.TryDequeue(out var source)) taken.Add(source);
        return taken;
    }

    /// <summary>Puts back those whose capture did not succeed.</summary>
    public void Return(IEnumerable<TaskCompletionSource> requests)
    {
        foreach (var source in requests) _waiting.Enqueue(source);
    }

    /// <summary>Lets all fail, those that come later too: nothing will be captured any more.</summary>
    public void Fail(Exception reason)
    {
        _ended = reason;
        foreach (var source in Take()) source.TrySetException(reason);
    }
}
