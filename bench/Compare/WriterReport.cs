using System.Globalization;

namespace Litestream.Bench.Compare;

/// <summary>What an application noticed.</summary>
/// <param name="Commits">Its commits.</param>
/// <param name="Tail">The 99.9th percentile of their times, in milliseconds.</param>
/// <param name="Longest">The longest, in milliseconds.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="LongestWait">The longest time in which somebody else had the write lock, in milliseconds.</param>
internal sealed record WriterReport(double Commits, double Tail, double Longest, double Errors, double LongestWait)
{
    /// <summary>Reads what it printed.</summary>
    public static WriterReport Parse(string output)
    {
        var values = output.Split(' ', StringSplitOptions.TrimEntries).Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
        return new(values[0], values[1], values[2], values[3], values[4]);
    }
}
