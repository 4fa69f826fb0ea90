namespace Litestream.Engine.Replication;

/// <summary>How long to wait before the next try: twice as long each time, up to a bound, with jitter.</summary>
internal static class Backoff
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    /// <summary>The wait for whoever is in the way for a moment.</summary>
    public static TimeSpan WhileBusy { get; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The wait before a try.</summary>
    /// <param name="failures">Failures in a row, 1 or more.</param>
    /// <param name="random">Source of the jitter: half of the time up to all of it.</param>
    public static TimeSpan After(int failures, Random random)
    {
        var doubled = s_first.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 20));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, s_longest.TotalMilliseconds) * (0.5 + random.NextDouble() / 2));
    }
}
