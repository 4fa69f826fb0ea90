using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Restore;

/// <summary>Carries out a <see cref="RestorePlan"/>: pages are written to a file beside the target, which gets its name only
/// when all is verified and flushed.</summary>
/// <param name="environment">Files, time and VFS.</param>
public sealed class Restorer(EngineEnvironment environment)
{
    /// <summary>Restores a database. A failure or cancellation leaves nothing behind.</summary>
    /// <param name="replica">The replica that the plan was made for; stays open.</param>
    /// <param name="plan">What to read.</param>
    /// <param name="destination">Full path of the file to make; it, its -wal, -shm and -journal must not exist. A missing
    /// folder is created.</param>
    /// <param name="options">How to work.</param>
    /// <param name="progress">Is told how far it is; may be called on any thread.</param>
    /// <param name="cancellationToken">Ends the restore.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetExists"/>, <see cref="ErrorCode.RestoreTargetUnwritable"/>,
    /// <see cref="ErrorCode.DiskFull"/>, <see cref="ErrorCode.ObjectMissing"/>, <see cref="ErrorCode.ObjectCorrupt"/>,
    /// <see cref="ErrorCode.ObjectEncrypted"/>, <see cref="ErrorCode.ChecksumMismatch"/>, <see cref="ErrorCode.IntegrityCheckFailed"/>,
    /// <see cref="ErrorCode.InvalidArgument"/>, <see cref="ErrorCode.RestorePointNotFound"/>, or a Replica… code.</exception>
    public Task<RestoreResult> RestoreAsync(
        IReplicaClient replica, RestorePlan plan, string destination, RestoreOptions options,
        IProgress<RestoreProgress>? progress, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(environment.VfsName);
}
