using System.ComponentModel;
using System.Management.Automation;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Abstractions;

/// <summary>Base of the cmdlets that find replications which run, in this process or another of the account.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class RunningReplicationCommand : LitestreamCommand
{
    private ConfiguredDatabases? _configured;

    /// <summary>Databases, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "DatabasePath")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReplicationCompleter))]
    public string[]? LiteralPath { get; set; }

    /// <summary>A configuration file: the replications of its databases are meant.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConfigSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    /// <summary>Of those in the file only these: paths, file names or wildcards.</summary>
    [Parameter(ParameterSetName = ConfigSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConfigurationCompleter))]
    public string[]? Database { get; set; }

    /// <summary>Leave $NAME in the file as it is.</summary>
    [Parameter(ParameterSetName = ConfigSet, ValueFromPipelineByPropertyName = true)]
    public SwitchParameter NoExpandEnvironment { get; set; }

    /// <summary>Hands over the replications that are meant; what can't be found is an error record.</summary>
    /// <param name="paths">What -Path says: wildcards, or null for all.</param>
    /// <param name="use">Is given them, for each path.</param>
    private protected void Find(string[]? paths, Action<IReadOnlyList<RunningReplication>> use)
    {
        if (ConfigPath is not null)
        {
            _configured ??= new(this);
            Try(ConfigPath, () => use(_configured.FindReplications(ConfigPath, !NoExpandEnvironment, Database)));
            return;
        }

        foreach (var path in LiteralPath ?? paths ?? [null!]) Try(path, () => use(this.FindReplications(path, LiteralPath is not null)));
    }
}
