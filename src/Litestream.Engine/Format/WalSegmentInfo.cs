namespace Litestream.Engine.Format;

/// <summary>A WAL segment as it is listed in a replica.</summary>
/// <param name="Generation">The generation it belongs to.</param>
/// <param name="Start">Where its first byte belongs.</param>
/// <param name="Size">Stored (compressed) bytes.</param>
/// <param name="CreatedAt">The time it carries, UTC: when its last commit was seen.</param>
public sealed record WalSegmentInfo(GenerationId Generation, Position Start, long Size, DateTimeOffset CreatedAt)
{
    /// <summary>Key of the object.</summary>
    public string Key => ObjectKey.Segment(Generation, Start);
}
