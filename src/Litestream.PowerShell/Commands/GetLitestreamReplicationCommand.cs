using System.Management.Automation;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Shows the replications of this process, running, or failed and not yet started again, and those that run in other
/// processes of the account.</summary>
[Cmdlet(VerbsCommon.Get, "LitestreamReplication", DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamReplication))]
public sealed class GetLitestreamReplicationCommand : LitestreamCommand
{
    private ConfiguredDatabases? _configurations;

    /// <summary>Databases; wildcards are allowed. Without it, all.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ReplicationCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Databases, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "DatabasePath")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReplicationCompleter))]
    public string[]? LiteralPath { get; set; }

    /// <summary>A configuration file: the replications of its databases are shown.</summary>
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

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ConfigPath is not null)
        {
            _configurations ??= new(this);
            Try(ConfigPath, () => Write(_configurations.FindReplications(ConfigPath, !NoExpandEnvironment, Database)));
        }
        else if ((LiteralPath ?? Path) is not { } paths)
        {
            Try(target: null, () => Write(this.FindReplications(path: null, literal: false)));
        }
        else
        {
            foreach (var path in paths) Try(path, () => Write(this.FindReplications(path, LiteralPath is not null)));
        }
    }

    private void Write(IReadOnlyList<RunningReplication> found)
    {
        foreach (var replication in found) WriteObject(replication.ToModels(), enumerateCollection: true);
    }
}
