using Litestream.Engine.Reports;
using Litestream.Engine.Restore;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Reports;

/// <summary>What the Test- cmdlets return, as a report tells it.</summary>
internal static class ReportConversions
{
    public static ReportedDrill ToReported(this LitestreamDrillResult drill) => new(drill.StartedAt, drill.Result)
    {
        DatabasePath = drill.DatabasePath,
        ErrorId = drill.Error?.ErrorId,
        Message = drill.Error?.Message,
        Duration = drill.Duration,
        RestoredTo = drill.RestoredTo,
        Rpo = drill.Rpo,
        RpoIsUpperBound = drill.RpoIsUpperBound,
        Size = drill.Size,
        Checks =
        [
            new("Restore", drill.RestoreStatus, drill.RestoreMessages),
            new("Integrity", drill.IntegrityStatus, drill.IntegrityMessages),
            new("Foreign keys", drill.ForeignKeyStatus, drill.ForeignKeyMessages),
            new("Comparison", drill.ComparisonStatus, drill.ComparisonMessages),
            new("Assertion", drill.AssertionStatus, drill.AssertionMessages),
        ],
    };

    public static ReportedTest ToReported(this LitestreamReplicaTest test) => new(
        test.StartedAt, test.Generation, test.Result, test.EndProof, test.ObjectsRead, test.ObjectCount, test.Duration,
        [.. test.Damage.Select(d => $"{d.ErrorId}: {d.Message}")]);

    public static IEnumerable<RestoreObstacle> ToObstacles(this LitestreamReplicaTest test) =>
        test.Damage.Select(d => d.Obstacle).OfType<RestoreObstacle>();

    public static IEnumerable<RestoreObstacle> ToObstacles(this LitestreamDrillResult drill) =>
        drill.FirstBadObject is { } key && RestoreObstacle.Parse(key) is { } obstacle ? [obstacle with { IsBridged = drill.IsGotOver }] : [];
}
