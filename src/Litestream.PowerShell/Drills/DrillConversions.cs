using Litestream.Engine.Drills;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Drills;

/// <summary>Makes what users see of a drill out of what the engine tells.</summary>
internal static class DrillConversions
{
    internal static LitestreamDrillResult ToModel(this DrillResult result, LitestreamReplica replica, string? databasePath, string? restoredPath) => new()
    {
        Replica = replica,
        DatabasePath = databasePath,
        Result = result.Verdict.ToString(),
        Error = result.Error is null ? null : ErrorTable.ToPublic(result.Error),
        RestoreStatus = result.Restore.Status.ToString(),
        IntegrityStatus = result.Integrity.Status.ToString(),
        ForeignKeyStatus = result.ForeignKeys.Status.ToString(),
        ComparisonStatus = result.LiveCheck.Status.ToString(),
        AssertionStatus = result.Assertion.Status.ToString(),
        RestoreMessages = [.. result.Restore.Messages],
        IntegrityMessages = [.. result.Integrity.Messages],
        ForeignKeyMessages = [.. result.ForeignKeys.Messages],
        ComparisonMessages = [.. result.LiveCheck.Messages],
        AssertionMessages = [.. result.Assertion.Messages],
        Generation = result.Reached?.Generation.ToString(),
        Index = result.Reached?.Position.Index,
        Offset = result.Reached?.Position.Offset,
        RestoredTo = result.Reached?.Time,
        Rpo = result.RecoveryPointAge,
        RpoIsUpperBound = result.IsRecoveryPointAgeUpperBound,
        FirstBadObject = result.FirstBadObject,
        IsGotOver = result.IsGotOver,
        LastGoodPoint = result.LastGood is { } good ? new(good.Generation.ToString(), good.Position.Index, good.Position.Offset, good.Time) : null,
        Transactions = result.Restored?.Transactions ?? 0,
        SegmentCount = result.Restored?.Plan.Segments.Count ?? 0,
        BytesRead = result.Restored?.Plan.Size ?? 0,
        Size = result.Restored is { } restored ? (long)restored.PageSize * restored.PageCount : 0,
        LiveDigest = result.Comparison?.LiveDigest,
        RestoredDigest = result.Comparison?.RestoredDigest,
        Tables = result.Comparison is { } comparison ? [.. comparison.Tables.Select(t => new LitestreamTableRows(t.Table, t.Live, t.Restored))] : [],
        RestoredPath = restoredPath,
        StartedAt = result.StartedAt,
        Duration = result.Duration,
        RestoreDuration = result.Restore.Duration,
        CheckDuration = result.Integrity.Duration + result.ForeignKeys.Duration,
        ComparisonDuration = result.LiveCheck.Duration,
        AssertionDuration = result.Assertion.Duration,
    };
}
