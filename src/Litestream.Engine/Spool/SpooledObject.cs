using Litestream.Engine.Format;

namespace Litestream.Engine.Spool;

/// <summary>A complete, durable object that waits in the spool for its replicas.</summary>
/// <param name="Generation">Its generation.</param>
/// <param name="IsSnapshot">Whether it is a snapshot; otherwise a WAL segment.</param>
/// <param name="Start">A segment's start; a snapshot's index with offset 0.</param>
/// <param name="End">A segment's end; a snapshot's index with offset 0.</param>
/// <param name="Size">Compressed bytes.</param>
/// <param name="Time">The time the object carries.</param>
public sealed record SpooledObject(
    GenerationId Generation, bool IsSnapshot, Position Start, Position End, long Size, DateTimeOffset Time)
{
    /// <summary>Its key in a replica, and its path below the spool.</summary>
    public string Key => IsSnapshot ? ObjectKey.Snapshot(Generation, Start.Index) : ObjectKey.Segment(Generation, Start);
}
