using Litestream.Stress.Kills;

namespace Litestream.Stress.PowerCuts;

/// <summary>What was done and seen, over all rounds.</summary>
internal sealed class CutTally
{
    public int Rounds { get; set; }

    /// <summary>Transactions that a confirmed sync covered before the cut.</summary>
    public long Confirmed { get; set; }

    /// <summary>Restores compared.</summary>
    public KillTally Restores { get; } = new();

    public int Failures { get; set; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"rounds {Rounds}, confirmed transactions {Confirmed}, restores ours {Restores.EngineRestores}, 0.3.13's {Restores.OracleRestores}, failures {Failures}";
}
