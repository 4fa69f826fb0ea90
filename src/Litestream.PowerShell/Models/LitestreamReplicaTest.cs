namespace Litestream.PowerShell.Models;

/// <summary>What became of reading a generation of a replica.</summary>
/// <param name="Replica">The replica, without secrets.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Result">Passed or Failed.</param>
/// <param name="EndProof">Proven, Lost, or NotProvable: objects gone from the end leave no trace in the replica itself.</param>
/// <param name="End">The last commit that was read; null where only a sample was.</param>
/// <param name="ObjectsRead">Objects read.</param>
/// <param name="ObjectCount">Objects there.</param>
/// <param name="BytesRead">Stored bytes read.</param>
/// <param name="UnreachableCount">WAL segments that no snapshot leads to; retention deletes them.</param>
/// <param name="Damage">What is wrong, in order.</param>
/// <param name="Duration">How long it took.</param>
public sealed record LitestreamReplicaTest(
    LitestreamReplica Replica, string Generation, string Result, string EndProof, LitestreamPosition? End,
    int ObjectsRead, int ObjectCount, long BytesRead, int UnreachableCount, LitestreamDamage[] Damage, TimeSpan Duration)
{
    /// <summary>When it began, UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>What is remarkable, and proves no damage: it may have another cause, or be the trace of an object that is gone or stands in the place of another.</summary>
    public string[] Warnings { get; init; } = [];
}
