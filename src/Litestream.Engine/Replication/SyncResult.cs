using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>What a sync came to: every replica holds what was committed when it began.</summary>
/// <param name="Generation">The generation that holds it.</param>
/// <param name="Position">How far every replica holds it at least; null while a replica holds its snapshot alone.</param>
/// <param name="Replicas">The replicas, without secrets.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="BytesShipped">Stored bytes that went to the replicas meanwhile, whoever asked for them.</param>
public sealed record SyncResult(
    GenerationId Generation, Position? Position, IReadOnlyList<string> Replicas, TimeSpan Duration, long BytesShipped);
