namespace Litestream.Simulation.Exhaustive;

/// <summary>Where it crashes, and how.</summary>
/// <param name="Seed">The run.</param>
/// <param name="Operation">The operation of that run, before or in which it crashes.</param>
/// <param name="Variant">Counts the crashes at one operation.</param>
/// <param name="Crash">How.</param>
/// <param name="Path">What was going on.</param>
internal sealed record CrashPoint(int Seed, long Operation, int Variant, Crash Crash, CrashPath Path)
{
    /// <summary>Seed of what happens by chance behind it.</summary>
    public int Chance => unchecked((int)(((uint)Seed * 2654435761) ^ ((uint)Operation * 40503) ^ ((uint)Variant * 97)));
}
