namespace Litestream.Workload.Reports;

/// <summary>Latencies in buckets that grow by a sixteenth: exact enough for percentiles, and adding up over processes.</summary>
public sealed class LatencyHistogram
{
    private const double Growth = 17.0 / 16;
    private const int BucketCount = 360; // 1 µs × growth^360 is beyond half an hour

    /// <summary>Counts of the buckets; the first ends at a microsecond.</summary>
    public long[] Counts { get; init; } = new long[BucketCount];

    /// <summary>The longest.</summary>
    public TimeSpan Longest { get; set; }

    /// <summary>How many there are.</summary>
    public long Count() => Counts.Sum();

    /// <summary>Adds one.</summary>
    public void Add(TimeSpan latency)
    {
        if (latency > Longest) Longest = latency;
        var bucket = latency.TotalMicroseconds <= 1 ? 0 : (int)Math.Ceiling(Math.Log(latency.TotalMicroseconds, Growth));
        Counts[Math.Min(bucket, BucketCount - 1)]++;
    }

    /// <summary>Adds all of another.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < BucketCount; i++) Counts[i] += other.Counts[i];
        if (other.Longest > Longest) Longest = other.Longest;
    }

    /// <summary>The latency that a share of all does not exceed; zero if there are none.</summary>
    /// <param name="share">0 to 1.</param>
    public TimeSpan Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(Count() * share);
        long seen = 0;
        for (var i = 0; i < BucketCount; i++)
        {
            seen += Counts[i];
            if (seen < wanted || seen == 0) continue;
            var end = TimeSpan.FromMicroseconds(Math.Pow(Growth, i));
            return end < Longest ? end : Longest;
        }

        return TimeSpan.Zero;
    }
}
