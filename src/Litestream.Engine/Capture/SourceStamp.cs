namespace Litestream.Engine.Capture;

/// <summary>What a file system tells of a database file. That it is the same proves nothing; that it differs is a reason to look.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="ModifiedAt">Time of the last modification, UTC.</param>
public sealed record SourceStamp(long Length, DateTimeOffset ModifiedAt);
