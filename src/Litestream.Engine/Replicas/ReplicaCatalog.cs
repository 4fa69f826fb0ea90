using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replicas;

/// <summary>What a replica holds: its generations with their snapshots and WAL segments.</summary>
/// <param name="replica">The replica; stays open.</param>
public sealed class ReplicaCatalog(IReplicaClient replica)
{
    /// <summary>Lists all generations in order of their names.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>At least one generation.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicaNotFound"/> when there is none,
    /// <see cref="ErrorCode.ReplicaFormatUnknown"/> when something else is there.</exception>
    public IAsyncEnumerable<GenerationInfo> ListGenerationsAsync(CancellationToken cancellationToken) =>
        throw new InvalidOperationException(replica.Url);

    /// <summary>Reads what a generation holds; null if it has no object.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public Task<GenerationInfo?> ReadGenerationAsync(GenerationId generation, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(replica.Url);

    /// <summary>Reads what a generation holds.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.GenerationNotFound"/>, naming those that are there;
    /// <see cref="ErrorCode.ReplicaNotFound"/>, <see cref="ErrorCode.ReplicaFormatUnknown"/>.</exception>
    public Task<GenerationInfo> GetGenerationAsync(GenerationId generation, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(replica.Url);

    /// <summary>Tells where each segment of a generation ends: at the start of the next one of its index; the last of each
    /// index is read for it.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ObjectCorrupt"/>, <see cref="ErrorCode.ObjectEncrypted"/>.</exception>
    public IAsyncEnumerable<MeasuredSegment> MeasureSegmentsAsync(GenerationInfo generation, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(replica.Url);
}
