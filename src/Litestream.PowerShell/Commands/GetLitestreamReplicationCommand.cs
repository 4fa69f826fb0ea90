using System.Management.Automation;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Commands;

/// <summary>Shows the replications of this process, running, or failed and not yet started again, and those that run in other
/// processes of the account.</summary>
[Cmdlet(VerbsCommon.Get, "LitestreamReplication", DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamReplication))]
public sealed class GetLitestreamReplicationCommand : RunningReplicationCommand
{
    /// <summary>Databases; wildcards are allowed. Without it, all.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ReplicationCompleter))]
    public string[]? Path { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Find(Path, found =>
    {
        foreach (var replication in found) WriteObject(replication.ToModels(), enumerateCollection: true);
    });
}
