namespace Litestream.PowerShell.Models;

/// <summary>A WAL segment of a replica. Restored from the pipeline, it gives the state at its end.</summary>
/// <param name="Replica">The replica, without secrets.</param>
/// <param name="Generation">The generation it belongs to.</param>
/// <param name="Index">The WAL index it belongs to.</param>
/// <param name="StartOffset">Where in the index's WAL it begins, in bytes.</param>
/// <param name="EndOffset">Where in the index's WAL it ends: the offset a restore takes to include it.</param>
/// <param name="Size">Stored (compressed) bytes.</param>
/// <param name="CreatedAt">When its last commit was seen, UTC.</param>
public sealed record LitestreamWalSegment(
    LitestreamReplica Replica, string Generation, int Index, long StartOffset, long EndOffset, long Size, DateTimeOffset CreatedAt);
