using Litestream.Workload.Reports;

namespace Litestream.Stress.Clients;

/// <summary>What a fleet of clients saw, added up.</summary>
internal sealed class FleetReport
{
    /// <summary>Commits of all writers that were not killed.</summary>
    public long Commits { get; private set; }

    /// <summary>Their errors by name.</summary>
    public SortedDictionary<string, long> WriterErrors { get; } = [];

    /// <summary>Errors of readers and checkpointers by name.</summary>
    public SortedDictionary<string, long> OtherErrors { get; } = [];

    /// <summary>What clients counted: checkpoints by mode, ghosts, torn reads.</summary>
    public SortedDictionary<string, long> Counters { get; } = [];

    /// <summary>How long the transactions took.</summary>
    public LatencyHistogram Latency { get; } = new();

    public void Add(ClientReport report)
    {
        if (report.Client == "writer")
        {
            Commits += report.Done;
            Latency.Add(report.Latency);
        }

        Sum(report.Client == "writer" ? WriterErrors : OtherErrors, report.Errors);
        Sum(Counters, report.Counters);
    }

    public void Add(FleetReport other)
    {
        Commits += other.Commits;
        Latency.Add(other.Latency);
        Sum(WriterErrors, other.WriterErrors);
        Sum(OtherErrors, other.OtherErrors);
        Sum(Counters, other.Counters);
    }

    private static void Sum(SortedDictionary<string, long> into, IEnumerable<KeyValuePair<string, long>> from)
    {
        foreach (var (name, count) in from) into[name] = into.GetValueOrDefault(name) + count;
    }
}
