using Litestream.Engine.Control;

namespace Litestream.Engine.Drills;

/// <summary>The live database that a restored one is compared with. It is read, never written.</summary>
/// <param name="Path">Full path of the database.</param>
/// <param name="Replication">Its replication, if one runs: it is asked to sync; null if none is known.</param>
public sealed record DrillSource(string Path, IReplicationControl? Replication);
