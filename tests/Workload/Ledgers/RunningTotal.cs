namespace Litestream.Workload.Ledgers;

/// <summary>The running total of a writer: a chain over its payloads, so that neither a lost nor a swapped row can hide.</summary>
internal static class RunningTotal
{
    /// <summary>The total with one more payload.</summary>
    /// <param name="total">Before it; 0 at the beginning.</param>
    /// <param name="payload">The payload.</param>
    public static long Next(long total, ReadOnlySpan<byte> payload)
    {
        var hash = 14695981039346656037UL; // FNV-1a
        foreach (var value in payload) hash = unchecked((hash ^ value) * 1099511628211UL);
        return (long)(unchecked((ulong)total * 31 + hash) & long.MaxValue);
    }
}
