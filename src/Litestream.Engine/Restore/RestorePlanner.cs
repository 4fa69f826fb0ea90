using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Restore;

/// <summary>Chooses what a restore reads. Only lists; reads no object.</summary>
/// <param name="replica">The replica; stays open.</param>
public sealed class RestorePlanner(IReplicaClient replica)
{
    /// <summary>Makes the plan for a request.</summary>
    /// <param name="request">What to restore.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.InvalidArgument"/>, <see cref="ErrorCode.ReplicaNotFound"/>,
    /// <see cref="ErrorCode.ReplicaFormatUnknown"/>, <see cref="ErrorCode.GenerationNotFound"/>,
    /// <see cref="ErrorCode.RestorePointNotFound"/>, <see cref="ErrorCode.ObjectMissing"/>.</exception>
    public Task<RestorePlan> PlanAsync(RestoreRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(replica.Url);
}
