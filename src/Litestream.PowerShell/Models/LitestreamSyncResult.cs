namespace Litestream.PowerShell.Models;

/// <summary>A sync that every replica has confirmed.</summary>
/// <param name="DatabasePath">Full path of the database.</param>
/// <param name="Replica">The replicas, without secrets: each holds what was committed when the sync began.</param>
/// <param name="Generation">The generation that holds it.</param>
/// <param name="Position">How far every replica holds that generation's WAL at least; null while there is only a snapshot.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="BytesShipped">Stored bytes that went to the replicas meanwhile.</param>
/// <param name="WasRunning">Whether a replication ran already and was pushed; false if this sync ran one of its own.</param>
/// <param name="ProcessId">The process that replicates.</param>
public sealed record LitestreamSyncResult(
    string DatabasePath, string[] Replica, string Generation, LitestreamPosition? Position, TimeSpan Duration,
    long BytesShipped, bool WasRunning, int ProcessId);
