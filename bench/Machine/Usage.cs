namespace Litestream.Bench.Machine;

/// <summary>What a process that has ended took.</summary>
/// <param name="Wall">From start to end.</param>
/// <param name="Cpu">User and system time.</param>
/// <param name="PeakMemory">The largest resident set, in bytes.</param>
/// <param name="Output">What it printed.</param>
internal sealed record Usage(TimeSpan Wall, TimeSpan Cpu, long PeakMemory, string Output = "");
