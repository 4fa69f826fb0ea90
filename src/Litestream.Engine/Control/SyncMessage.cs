using System.Text.Json.Serialization;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Control;

/// <summary>A <see cref="SyncResult"/> on its way between processes.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Position">How far all replicas hold it.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="BytesShipped">What went to the replicas meanwhile.</param>
internal sealed record SyncMessage(
    [property: JsonRequired] string Generation, Position? Position, TimeSpan Duration, long BytesShipped)
{
    public static SyncMessage Of(SyncResult result) =>
        new(result.Generation.ToString(), result.Position, result.Duration, result.BytesShipped);

    /// <summary>The result that was sent.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public SyncResult ToResult(ReplicationStatus status) => GenerationId.TryParse(Generation, out var id)
        ? new(id, Position, [.. status.Replicas.Select(r => r.Url)], Duration, BytesShipped)
        : throw new InvalidDataException("A sync without a generation.");
}
