using System.Collections.Immutable;

namespace Litestream.Stress.Kills;

/// <summary>What a confirmed sync proves to be in the replica.</summary>
/// <param name="Writers">The last number of each writer.</param>
/// <param name="Transactions">How many transactions that are.</param>
/// <param name="Time">When the sync was confirmed.</param>
internal sealed record Proven(ImmutableDictionary<int, long> Writers, long Transactions, DateTimeOffset Time);
