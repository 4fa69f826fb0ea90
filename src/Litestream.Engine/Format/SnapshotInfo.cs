namespace Litestream.Engine.Format;

/// <summary>A snapshot as it is listed in a replica.</summary>
/// <param name="Generation">The generation it belongs to.</param>
/// <param name="Index">The WAL index at whose start it stands.</param>
/// <param name="Size">Stored (compressed) bytes.</param>
/// <param name="CreatedAt">The time it carries, UTC.</param>
public sealed record SnapshotInfo(GenerationId Generation, int Index, long Size, DateTimeOffset CreatedAt)
{
    /// <summary>Key of the object.</summary>
    public string Key => ObjectKey.Snapshot(Generation, Index);
}
