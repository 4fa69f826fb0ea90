using System.Management.Automation;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Shows the replications of this process: running, or failed and not yet started again.</summary>
[Cmdlet(VerbsCommon.Get, "LitestreamReplication", DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamReplication))]
public sealed class GetLitestreamReplicationCommand : RegistryCommand
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
        if ((LiteralPath ?? Path) is not { } paths)
        {
            foreach (var session in ReplicationRegistry.Sessions) Write(session);
            return;
        }

        foreach (var path in paths)
        {
            Try(path, () =>
            {
                foreach (var session in Find(path, LiteralPath is not null)) Write(session);
            });
        }
    }

    private void Write(ReplicationSession session) => WriteObject(session.Status.ToModels(session.JobId), enumerateCollection: true);
}
