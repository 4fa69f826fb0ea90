using Litestream.Stress.Clients;
using Litestream.Stress.Restores;

namespace Litestream.Stress.Runs;

/// <summary>What came of a run.</summary>
internal sealed class RunOutcome
{
    /// <summary>The measured load without replication.</summary>
    public FleetReport Alone { get; } = new();

    /// <summary>The measured load with replication.</summary>
    public FleetReport Replicated { get; } = new();

    /// <summary>The rest of the load: with restarts and restores meanwhile.</summary>
    public FleetReport Rough { get; } = new();

    public ReplicaCensus? Census { get; set; }

    /// <summary>What the replication said that a reader of the log wants to see: why generations started, errors.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Commits that were confirmed while replication ran, or was meant to.</summary>
    public long Confirmed { get; set; }

    public int Restarts { get; set; }

    /// <summary>Restores compared or checked, ours and the oracle's.</summary>
    public int EngineRestores { get; set; }

    public int OracleRestores { get; set; }

    /// <summary>Commits restored one by one.</summary>
    public int TimeTravels { get; set; }

    /// <summary>What is wrong; null if nothing is.</summary>
    public string? Failure { get; set; }

    /// <summary>Takes what the replication said.</summary>
    public void Note(IEnumerable<string> events)
    {
        foreach (var group in events
            .Where(e => !e.StartsWith("Started", StringComparison.Ordinal) && !e.StartsWith("Stopped", StringComparison.Ordinal)
                && !e.StartsWith("SnapshotShipped", StringComparison.Ordinal))
            .GroupBy(e => e))
            Remarks.Add(group.Count() == 1 ? group.Key : $"{group.Key} (x{group.Count()})");
    }
}
