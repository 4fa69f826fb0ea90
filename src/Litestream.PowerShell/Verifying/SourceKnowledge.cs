using Litestream.Engine.Replication;
using Litestream.Engine.Verification;

namespace Litestream.PowerShell.Verifying;

/// <summary>What the database tells of the end of a replica that nothing else proves.</summary>
/// <param name="Path">Full path of the database.</param>
/// <param name="Synced">What its replication has confirmed to be there; null if none runs, or it does not get on.</param>
/// <param name="State">Else what the database held; null if it can't be read.</param>
internal sealed record SourceKnowledge(string Path, SyncResult? Synced, SourceState? State);
