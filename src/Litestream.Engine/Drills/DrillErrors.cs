using Litestream.Engine.Errors;

namespace Litestream.Engine.Drills;

/// <summary>What an error says of a replica.</summary>
internal static class DrillErrors
{
    /// <summary>Whether the replica is bad, or what it restores is; otherwise the drill could not find out.</summary>
    public static bool IsFailure(LitestreamException error) => error.Code
        is ErrorCode.ReplicaNotFound or ErrorCode.ReplicaFormatUnknown or ErrorCode.GenerationNotFound or ErrorCode.RestorePointNotFound
        or ErrorCode.ObjectMissing or ErrorCode.ObjectCorrupt or ErrorCode.ChecksumMismatch or ErrorCode.IntegrityCheckFailed
        or ErrorCode.ForeignKeyViolated or ErrorCode.LiveDatabaseDiffers or ErrorCode.AssertionFailed;

    /// <summary>Whether the drill was asked for something senseless, and says nothing of the replica at all.</summary>
    public static bool IsMistake(LitestreamException error) => error.Code is ErrorCode.InvalidArgument or ErrorCode.ReplicaUrlInvalid;

    /// <summary>The status of a check that ended so.</summary>
    public static DrillCheckStatus StatusOf(LitestreamException error) =>
        IsFailure(error) ? DrillCheckStatus.Failed
        : error.Code == ErrorCode.RestoreTooLarge ? DrillCheckStatus.NotDone
        : DrillCheckStatus.Inconclusive;
}
