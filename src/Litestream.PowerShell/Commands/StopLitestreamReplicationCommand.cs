using System.Management.Automation;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Ends replications after a last sync, also those of other processes.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LitestreamReplication", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamReplication))]
public sealed class StopLitestreamReplicationCommand : RunningReplicationCommand
{
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(5);

    private readonly List<RunningReplication> _replications = [];

    /// <summary>Databases; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ReplicationCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Write how each ended.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Find(Path, Add);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var stops = _replications.Select(r => (r, StopAsync(r))).ToList();
        foreach (var (replication, stop) in stops) Try(replication.DatabasePath, () => AwaitEnd(replication, stop));
    }

    private Task<ReplicationStatus> StopAsync(RunningReplication replication)
    {
        if (!HasEnded(replication)) return replication.Control.StopAsync(PipelineStop);
        replication.Session!.RequestStop();
        return Task.FromResult(replication.Control.Status);
    }

    private void Add(IReadOnlyList<RunningReplication> found)
    {
        foreach (var replication in found)
        {
            if (!_replications.Any(r => IsSame(r, replication)) && ShouldProcess(replication.DatabasePath, Describe(replication)))
                _replications.Add(replication);
        }
    }

    private static bool IsSame(RunningReplication one, RunningReplication other) =>
        one.ProcessId == other.ProcessId && one.DatabasePath == other.DatabasePath;

    private static string Describe(RunningReplication replication) =>
        replication.Session is null ? $"Stop replication in process {replication.ProcessId}" : "Stop replication";

    /// <summary>One that failed stays in sight until it is stopped or started again; its error was told. One of a folder is not begun again then.</summary>
    private static bool HasEnded(RunningReplication replication) => replication.Session is { Completion.IsCompleted: true };

    private void AwaitEnd(RunningReplication replication, Task<ReplicationStatus> stop)
    {
        try
        {
            var view = new WaitingView(replication, $"Last sync of {replication.DatabasePath}");
            WaitWithProgress(_ => stop, view);
        }
        finally
        {
            // after Ctrl-C, or when it does not end, it stays in sight
            if (stop is { IsCompleted: true, IsCanceled: false } && replication.Session is { } session && session.WaitForEnd(s_moment))
            {
                session.WaitUntilShown();
                ReplicationRegistry.Remove(session);
            }
        }

        if (PassThru) WriteObject(replication.ToModels(), enumerateCollection: true);
    }
}
