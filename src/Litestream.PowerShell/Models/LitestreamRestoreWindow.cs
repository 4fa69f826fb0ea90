namespace Litestream.PowerShell.Models;

/// <summary>A stretch of time that a generation can be restored to without a gap. Restored from the pipeline, it gives the state at its end.</summary>
/// <param name="Replica">The replica, without secrets.</param>
/// <param name="Generation">The generation.</param>
/// <param name="From">The first time that can be asked for, UTC.</param>
/// <param name="To">The time of the last change, UTC. Where nothing is missing, any later time gives the same.</param>
/// <param name="Index">The WAL index of its end.</param>
/// <param name="Offset">Where in that index it ends, in bytes; null for the end of the index.</param>
/// <param name="PointCount">How many restore points it has.</param>
/// <param name="Missing">The object whose absence or damage ends it; null if it ends with the generation.</param>
public sealed record LitestreamRestoreWindow(
    LitestreamReplica Replica, string Generation, DateTimeOffset From, DateTimeOffset To, int Index, long? Offset, int PointCount, string? Missing);
