using System.Collections.Concurrent;

namespace Litestream.Stress.Kills;

/// <summary>What was done and seen, over all rounds.</summary>
internal sealed class KillTally
{
    private readonly ConcurrentDictionary<Victim, int> _kills = new();

    public int Rounds { get; set; }

    /// <summary>Transactions that SQLite had confirmed to a writer before a sync that was confirmed.</summary>
    public long Confirmed { get; set; }

    public int EngineRestores { get; set; }

    public int OracleRestores { get; set; }

    public int Failures { get; set; }

    /// <summary>Several are killed at once, each by a thread of its own.</summary>
    public void CountKill(Victim victim) => _kills.AddOrUpdate(victim, 1, (_, count) => count + 1);

    /// <inheritdoc/>
    public override string ToString() =>
        $"rounds {Rounds}, kills {_kills.Values.Sum()} (replicator {Of(Victim.Replicator)}, writer {Of(Victim.Writer)}, gateway {Of(Victim.Gateway)}, "
        + $"restore in place {Of(Victim.Restore)}, retention {Of(Victim.Retention)}), confirmed transactions {Confirmed}, "
        + $"restores ours {EngineRestores}, 0.3.13's {OracleRestores}, failures {Failures}";

    private int Of(Victim victim) => _kills.GetValueOrDefault(victim);
}
