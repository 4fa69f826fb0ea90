namespace Litestream.PowerShell.Models;

/// <summary>A generation of a replica: a snapshot and the unbroken WAL behind it.</summary>
/// <param name="Replica">The replica, without secrets.</param>
/// <param name="Generation">Its name: 16 hex digits without order.</param>
/// <param name="CreatedAt">Time of its earliest object, UTC; null if it has none.</param>
/// <param name="UpdatedAt">Time of its latest object, UTC; null if it has none.</param>
/// <param name="SnapshotCount">How many snapshots it holds.</param>
/// <param name="SegmentCount">How many WAL segments it holds.</param>
/// <param name="Size">Stored bytes of them all.</param>
public sealed record LitestreamGeneration(
    LitestreamReplica Replica, string Generation, DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt,
    int SnapshotCount, int SegmentCount, long Size);
