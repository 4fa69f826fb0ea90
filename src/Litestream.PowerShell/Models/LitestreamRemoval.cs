namespace Litestream.PowerShell.Models;

/// <summary>What was deleted of a generation, and what stays.</summary>
/// <param name="Replica">The replica, without secrets.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Reason">Why: Asked, Outdated or NotRestorable where all of it went; InWindow, StartsWindow, InUse or LastRestorable
/// where the generation stays and only what is older than the window went.</param>
/// <param name="SnapshotsRemoved">How many snapshots were deleted.</param>
/// <param name="SegmentsRemoved">How many WAL segments were deleted.</param>
/// <param name="SizeRemoved">Stored bytes that were deleted.</param>
/// <param name="SnapshotCount">How many snapshots stay.</param>
/// <param name="SegmentCount">How many WAL segments stay.</param>
/// <param name="Size">Stored bytes that stay.</param>
/// <param name="RestorableFrom">The earliest time that the generation can be restored to, UTC; null if none.</param>
public sealed record LitestreamRemoval(
    string Replica, string Generation, string Reason, int SnapshotsRemoved, int SegmentsRemoved, long SizeRemoved,
    int SnapshotCount, int SegmentCount, long Size, DateTimeOffset? RestorableFrom);
