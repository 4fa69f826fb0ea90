namespace Litestream.PowerShell.Models;

/// <summary>A point that a generation can be restored to. Restored from the pipeline, it gives its state.</summary>
/// <param name="Replica">The replica, without secrets.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Index">The WAL index of the point.</param>
/// <param name="Offset">Where in that index it is, in bytes; null for the end of the index.</param>
/// <param name="CreatedAt">The time of the newest object that it needs, UTC.</param>
public sealed record LitestreamRestorePoint(LitestreamReplica Replica, string Generation, int Index, long? Offset, DateTimeOffset CreatedAt);
