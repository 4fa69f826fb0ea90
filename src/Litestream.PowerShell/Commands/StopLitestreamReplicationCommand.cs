using System.Management.Automation;
using Litestream.Engine.Replication;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Ends replications after a last sync, also those of other processes.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LitestreamReplication", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(LitestreamReplication))]
public sealed class StopLitestreamReplicationCommand : LitestreamCommand
{
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(5);

    private readonly List<RunningReplication> _replications = [];
    private ConfiguredDatabases? _configurations;

    /// <summary>Databases; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
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

    /// <summary>A configuration file: the replications of its databases end.</summary>
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

    /// <summary>Write how each ended.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ConfigPath is not null)
        {
            _configurations ??= new(this);
            Try(ConfigPath, () => Add(_configurations.FindReplications(ConfigPath, !NoExpandEnvironment, Database)));
            return;
        }

        foreach (var path in LiteralPath ?? Path!) Try(path, () => Add(this.FindReplications(path, LiteralPath is not null)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var stops = _replications.Select(r => (r, HasEnded(r) ? Task.FromResult(r.Control.Status) : r.Control.StopAsync(PipelineStop))).ToList();
        foreach (var (replication, stop) in stops) Try(replication.DatabasePath, () => AwaitEnd(replication, stop));
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

    /// <summary>One that failed stays in sight until it is stopped or started again; its error was told.</summary>
    private static bool HasEnded(RunningReplication replication) => replication.Session is { Completion.IsCompleted: true };

    private void AwaitEnd(RunningReplication replication, Task<ReplicationStatus> stop)
    {
        try
        {
            var view = new WaitingView(replication, $"Last sync of {replication.DatabasePath}");
            WaitWithProgress(_ => stop, view.ToRecord, view.ToCompleted());
        }
        finally
        {
            // after Ctrl-C, or when it does not end, it stays in sight
            if (stop.IsCompleted && replication.Session is { } session && session.WaitForEnd(s_moment))
            {
                session.WaitUntilShown();
                ReplicationRegistry.Remove(session);
            }
        }

        if (PassThru) WriteObject(replication.ToModels(), enumerateCollection: true);
    }
}
