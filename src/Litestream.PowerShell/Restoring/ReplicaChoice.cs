using Litestream.Engine.Restore;

namespace Litestream.PowerShell.Restoring;

/// <summary>Which of a database's replicas a restore reads when nobody says: the first one, unless another leads further.</summary>
internal static class ReplicaChoice
{
    internal static bool LeadsFurther(RestorePlan one, RestorePlan other) => one.Generation == other.Generation
        // times of stores are no measure here: each stamps the same segment when it got it
        ? EndOf(one).CompareTo(EndOf(other)) > 0
        : one.RestoresTo > other.RestoresTo;

    private static (int Index, long Offset) EndOf(RestorePlan plan) =>
        plan.Segments is [.., var last] ? (last.Start.Index, last.Start.Offset) : (plan.Snapshot.Index, -1);
}
