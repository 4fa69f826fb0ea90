namespace Litestream.PowerShell.Replications;

/// <summary>When the databases of a folder whose replication has failed are begun again: later each time, up to a bound.</summary>
/// <param name="time">The clock.</param>
internal sealed class FailedDatabases(TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, Failure> _failures = new(StringComparer.Ordinal);

    /// <summary>How long until the next one is due; null if none waits.</summary>
    public TimeSpan? Next => _failures.Values.Where(f => f.IsWaiting).Select(f => (TimeSpan?)Left(f)).Min();

    /// <summary>Whether one has failed before, and has not gone since then.</summary>
    public bool Contains(string path) => _failures.ContainsKey(path);

    /// <summary>Whether one that has failed waits.</summary>
    public bool IsWaiting(string path) => _failures.TryGetValue(path, out var failure) && failure.IsWaiting;

    /// <summary>Lets one wait that has failed.</summary>
    /// <returns>How long.</returns>
    public TimeSpan Add(string path)
    {
        // one that ran for long has got over what was before
        var count = _failures.TryGetValue(path, out var former) && -Left(former) < s_longest ? former.Count + 1 : 1;
        var wait = s_first * Math.Pow(2, Math.Min(count - 1, 10));
        var failure = new Failure(count, time.GetTimestamp(), wait < s_longest ? wait : s_longest, IsWaiting: true);
        _failures[path] = failure;
        return failure.Wait;
    }

    /// <summary>Takes one that has waited long enough.</summary>
    /// <returns>Whether it has.</returns>
    public bool TryTake(string path)
    {
        if (Left(_failures[path]) > TimeSpan.Zero) return false;
        _failures[path] = _failures[path] with { IsWaiting = false };
        return true;
    }

    /// <summary>Forgets one that has gone.</summary>
    public void Remove(string path) => _failures.Remove(path);

    private TimeSpan Left(Failure failure) => failure.Wait - time.GetElapsedTime(failure.At);

    /// <param name="Count">Failures in a row.</param>
    /// <param name="At">When the last one was.</param>
    /// <param name="Wait">How long it waits from then on.</param>
    /// <param name="IsWaiting">Whether it does.</param>
    private readonly record struct Failure(int Count, long At, TimeSpan Wait, bool IsWaiting);
}
