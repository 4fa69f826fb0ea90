namespace Litestream.Bench.Machine;

/// <summary>What a thread has used up to now.</summary>
/// <param name="Waits">How often it gave up the core of itself, to wait.</param>
/// <param name="Cpu">User and system time.</param>
internal readonly record struct ThreadFigures(long Waits, TimeSpan Cpu);
