using System.ComponentModel;
using System.Management.Automation;
using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Models;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Abstractions;

/// <summary>Base of the cmdlets that read replicas which the user names, or a configuration file does.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ConfiguredReplicaCommand : ConfigurationCommand
{
    private protected const string ReplicaSet = "Replica";

    /// <summary>Of the replicas that the file gives a database only this one.</summary>
    [Parameter(ParameterSetName = ConfigSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigurationCompleter))]
    public string? ReplicaName { get; set; }

    /// <summary>Does the work for each replica that is named, or that the file has. The failure of one is an error record.</summary>
    private protected void ForEachReplica(IReadOnlyList<LitestreamReplica> named, Action<IReplicaClient, ReplicaSource> work)
    {
        if (ConfigPath is null)
        {
            foreach (var replica in named) Open(replica, database: null);
            return;
        }

        Try(ConfigPath, () =>
        {
            foreach (var database in FindConfigured())
                Try(database.Path, () => ReplicasOf(database).ForEach(replica => Open(replica, database)));
        });

        void Open(LitestreamReplica replica, DatabaseConfiguration? database) =>
            TryWithReplica(replica, client => work(client, new(Complete(replica, client.Url), database)));
    }

    /// <summary>The replicas of a database in the file that are meant.</summary>
    private protected List<LitestreamReplica> ReplicasOf(DatabaseConfiguration database)
    {
        var replicas = database.Replicas.Where(r => ReplicaName is null || r.Name == ReplicaName).Select(r => r.ToModel()).ToList();
        EnsureSettingsFit(replicas);
        return replicas.Count > 0 ? replicas : throw new EngineException(
            ErrorCode.ReplicaNotFound, $"'{database.Path}' has no replica '{ReplicaName}' in {ConfigPath}.", ReplicaName!,
            $"It has: {string.Join(", ", database.Replicas.Select(r => r.Name))}.");
    }
}
