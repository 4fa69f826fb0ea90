namespace Litestream.Engine.Spool;

/// <summary>What a replica lacks of the captured WAL.</summary>
/// <param name="Bytes">Uncompressed bytes.</param>
/// <param name="Since">Time of the oldest of it; null if it lacks nothing.</param>
internal readonly record struct Backlog(long Bytes, DateTimeOffset? Since)
{
    /// <summary>This, and an object that comes after it. Snapshots are no part of the WAL.</summary>
    public Backlog With(SpooledObject content) => content.IsSnapshot
        ? this
        : new(Bytes + Math.Max(0, content.End.Offset - content.Start.Offset), Since ?? content.Time);
}
