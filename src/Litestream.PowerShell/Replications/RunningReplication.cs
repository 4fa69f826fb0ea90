using Litestream.Engine.Control;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Replications;

/// <summary>A replication that a cmdlet has found, in this process or another.</summary>
/// <param name="Control">Shows, syncs and stops it.</param>
/// <param name="ProcessId">Where it runs.</param>
internal sealed record RunningReplication(IReplicationControl Control, int ProcessId)
{
    internal string DatabasePath => Control.Status.DatabasePath;

    /// <summary>The session, if it is one of this process.</summary>
    internal ReplicationSession? Session => Control as ReplicationSession;

    /// <summary>What users see of it now, or as it was when its process was asked.</summary>
    internal IEnumerable<LitestreamReplication> ToModels() => Control.Status.ToModels(ProcessId, Session?.JobId);
}
