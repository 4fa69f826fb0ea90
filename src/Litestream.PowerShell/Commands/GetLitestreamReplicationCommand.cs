using System.Management.Automation;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Shows the replications of this process, running, or failed and not yet started again, and those that run in other
/// processes of the account.</summary>
[Cmdlet(VerbsCommon.Get, "LitestreamReplication", DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamReplication))]
public sealed class GetLitestreamReplicationCommand : LitestreamCommand
{
    /// <summary>Databases; wildcards are allowed. Without it, all.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Databases, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "DatabasePath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if ((LiteralPath ?? Path) is not { } paths) Try(target: null, () => Write(path: null));
        else foreach (var path in paths) Try(path, () => Write(path));
    }

    private void Write(string? path)
    {
        foreach (var replication in this.FindReplications(path, LiteralPath is not null)) WriteObject(replication.ToModels(), enumerateCollection: true);
    }
}
