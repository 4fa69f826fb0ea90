using System.Management.Automation;
using Litestream.Engine.Errors;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Ends replications after a last sync.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LitestreamReplication", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamReplication))]
public sealed class StopLitestreamReplicationCommand : RegistryCommand
{
    private readonly List<ReplicationSession> _sessions = [];

    /// <summary>Databases; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Databases, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "DatabasePath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Write how each ended.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in LiteralPath ?? Path!)
        {
            Try(path, () =>
            {
                foreach (var session in Find(path, LiteralPath is not null).Except(_sessions))
                {
                    if (ShouldProcess(session.DatabasePath, "Stop replication")) _sessions.Add(session);
                }
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var session in _sessions) session.RequestStop();
        foreach (var session in _sessions) Try(session.DatabasePath, () => AwaitEnd(session));
    }

    private void AwaitEnd(ReplicationSession session)
    {
        if (Task.WaitAny([session.Completion], (int)session.StopLimit.TotalMilliseconds, PipelineStop) < 0)
            throw new LitestreamException(
                nameof(ErrorCode.Timeout), $"The replication of '{session.DatabasePath}' did not end within {session.StopLimit.TotalSeconds:0} s.",
                session.DatabasePath, "It ends by itself when the database or the replica answers again; Get-LitestreamReplication shows it.");
        session.WaitUntilShown();
        ReplicationRegistry.Remove(session);
        if (PassThru) WriteObject(session.Status.ToModels(session.JobId), enumerateCollection: true);
    }
}
