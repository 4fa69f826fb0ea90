using System.Globalization;
using Litestream.Stress.Replicators;
using Litestream.Workload;

namespace Litestream.Stress;

/// <summary>What the command line asks for.</summary>
/// <param name="Runs">How many seeded runs.</param>
/// <param name="Seed">Seed of the first run; the next ones count on.</param>
/// <param name="Load">How long the clients of a run work, with and again without replication.</param>
/// <param name="Replicator">Who replicates.</param>
/// <param name="EngineRestores">Whether our restore is compared too.</param>
/// <param name="KeepAll">Whether the folders of runs that went well stay too.</param>
internal sealed record StressSettings(
    int Runs, int Seed, TimeSpan Load, ReplicatorKind Replicator, bool EngineRestores, bool KeepAll)
{
    /// <summary>Reads the command line.</summary>
    public static StressSettings Parse(CommandLine line) => new(
        line.Number("runs", 10),
        line.Number("seed", Environment.TickCount & 0xffffff),
        TimeSpan.FromSeconds(double.Parse(line.Text("seconds", "5"), CultureInfo.InvariantCulture)),
        line.Text("replicator", "engine") == "oracle" ? ReplicatorKind.Oracle : ReplicatorKind.Engine,
        line.Text("restore", "both") != "oracle",
        line.Flag("keep"));
}
