namespace Litestream.Workload.Ledgers;

/// <summary>What a check of a test database found.</summary>
/// <param name="IsReadable">Whether SQLite can begin to read it at all.</param>
/// <param name="Problems">What is wrong; empty for a state that transactions left behind.</param>
/// <param name="Writers">The last committed number of each writer.</param>
public sealed record LedgerState(bool IsReadable, IReadOnlyList<string> Problems, IReadOnlyDictionary<int, long> Writers)
{
    /// <summary>Whether the state is sound.</summary>
    public bool IsSound => Problems.Count == 0;
}
