namespace Litestream.PowerShell.Models;

/// <summary>A snapshot of a replica. Restored from the pipeline, it gives its own state without any WAL.</summary>
/// <param name="Replica">The replica, without secrets.</param>
/// <param name="Generation">The generation it belongs to.</param>
/// <param name="Index">The WAL index at whose start it stands.</param>
/// <param name="Size">Stored (compressed) bytes.</param>
/// <param name="CreatedAt">When it was taken, UTC.</param>
public sealed record LitestreamSnapshot(
    LitestreamReplica Replica, string Generation, int Index, long Size, DateTimeOffset CreatedAt)
{
    /// <summary>Always 0: nothing of the index is applied on top of the snapshot.</summary>
    public long Offset { get; }
}
