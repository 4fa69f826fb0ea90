using System.ComponentModel;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Abstractions;

/// <summary>Base of the cmdlets that begin to replicate databases in this process.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class DatabaseCommand : ConfigurationCommand
{
    /// <summary>The replicas of one database; the caller disposes them.</summary>
    private protected IReadOnlyList<IReplicaClient> OpenReplicas(IReadOnlyCollection<LitestreamReplica> replicas)
    {
        EnsureSettingsFit(replicas);
        var clients = replicas.Select(OpenReplica).ToList();
        return clients.GroupBy(r => r.Url).FirstOrDefault(g => g.Count() > 1) is not { } twice
            ? clients
            : throw new LitestreamException(
                ErrorTable.TargetNotUnique, $"The replica '{twice.Key}' is given twice.", twice.Key, "Give each replica once.");
    }

    private protected bool MaySwitchJournalMode(string database)
    {
        if (!ShouldProcess(database, "Switch the journal mode to WAL")) return false;
        WriteWarning($"'{database}' is not in WAL mode, which replication needs: it is switched, and stays so when replication ends.");
        return true;
    }

    /// <summary>Enters a session among the replications of this process, if the user lets it; otherwise it is disposed.</summary>
    private protected bool TryEnter(ReplicationSession session, string action)
    {
        var entered = false;
        try
        {
            if (!ShouldProcess(session.DatabasePath, $"{action} {string.Join(", ", session.Replicas)}")) return false;
            ReplicationRegistry.Add(session, Environment);
            entered = true;
            ProcessShutdown.Watch();
            return true;
        }
        finally
        {
            if (!entered) session.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
