namespace Litestream.Engine.Capture;

/// <summary>What a look at a database file tells before it is replicated.</summary>
/// <param name="Path">Full path.</param>
/// <param name="IsEmpty">It has no page yet; the other values mean nothing then.</param>
/// <param name="IsWal">It is in WAL mode.</param>
/// <param name="PageSize">Bytes a page.</param>
public sealed record DatabaseInfo(string Path, bool IsEmpty, bool IsWal, int PageSize);
