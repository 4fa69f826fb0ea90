using Litestream.Engine.Format;

namespace Litestream.Engine.Replicas;

/// <summary>A WAL segment with its end.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="EndOffset">Offset of the byte behind its last one, in its index's WAL.</param>
public sealed record MeasuredSegment(WalSegmentInfo Segment, long EndOffset)
{
    /// <summary>Where it ends: what <c>-Index</c> and <c>-Offset</c> of a restore take to include it whole.</summary>
    public Position End => new(Segment.Start.Index, EndOffset);
}
