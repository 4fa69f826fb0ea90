using Litestream.Stress.Replicators;
using Litestream.Stress.Restores;

namespace Litestream.Stress.Runs;

/// <summary>Makes the replicator that a run wants.</summary>
internal static class RunReplicators
{
    public static IReplicator Create(RunPlan plan, StressSettings settings, RunFolder folder, Oracle? oracle)
    {
        if (settings.Replicator == ReplicatorKind.Oracle)
            return new OracleReplicator(oracle ?? throw new RunFailedException("Litestream 0.3.13 can't run here."), folder);
        var options = plan.Options with { DatabasePath = folder.Database };
        return plan.OwnProcess
            ? new ChildReplicator(options, folder.Replica, folder.Root)
            : new EngineReplicator(options, folder.Replica);
    }
}
