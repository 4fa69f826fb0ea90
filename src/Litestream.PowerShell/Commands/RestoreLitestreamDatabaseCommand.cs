using System.Management.Automation;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Binding;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Restoring;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Commands;

/// <summary>Restores a database from a replica.</summary>
[Cmdlet(VerbsData.Restore, "LitestreamDatabase", SupportsShouldProcess = true, DefaultParameterSetName = PositionSet)]
[OutputType(typeof(LitestreamRestoreResult))]
public sealed class RestoreLitestreamDatabaseCommand : ConfiguredReplicaCommand
{
    private const string PositionSet = "Position";
    private const string TimestampSet = "Timestamp";

    private const int MaxThrottleLimit = 64;

    private readonly List<RestoreInput> _inputs = [];
    private int _activity;

    /// <summary>Folder or URL of the replica.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PositionSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TimestampSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[] Replica { get; set; } = [];

    /// <summary>The file to make, or a folder (one that exists, or with a separator at the end) for it; without it, the path that the
    /// configuration says.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = PositionSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = TimestampSet)]
    [Parameter(ParameterSetName = ConfigSet)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>The database that was replicated: its file name is used when Destination is a folder.</summary>
    [Parameter(ParameterSetName = PositionSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = TimestampSet, ValueFromPipelineByPropertyName = true)]
    [Alias("DatabasePath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Where below Destination, which is a folder then, the file is made: what Find-LitestreamReplica tells.</summary>
    [Parameter(ParameterSetName = PositionSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = TimestampSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? RelativePath { get; set; }

    /// <summary>Only this generation; without it, the one with the latest change that fits.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GenerationCompleter))]
    public string? Generation { get; set; }

    /// <summary>The last WAL index to apply.</summary>
    [Parameter(ParameterSetName = PositionSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ConfigSet)]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(IndexCompleter))]
    public int? Index { get; set; }

    /// <summary>Where in the last index to stop: its commits up to this byte are applied.</summary>
    [Parameter(ParameterSetName = PositionSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ConfigSet)]
    [Alias("EndOffset")]
    [ValidateOffset]
    public long? Offset { get; set; }

    /// <summary>Restore the state of this time.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TimestampSet)]
    [Parameter(ParameterSetName = ConfigSet)]
    [TimeTransformation]
    public DateTimeOffset? Timestamp { get; set; }

    /// <summary>Where objects are missing or damaged, restore the last consistent point before them instead of failing.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    /// <summary>Replace a database that is at the destination; it is kept beside it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>With Force: do not keep the database that is replaced.</summary>
    [Parameter]
    public SwitchParameter NoSafetyCopy { get; set; }

    /// <summary>How many databases are restored at once.</summary>
    [Parameter]
    [ValidateRange(1, MaxThrottleLimit)]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>Check the result with PRAGMA integrity_check instead of quick_check.</summary>
    [Parameter]
    public SwitchParameter FullCheck { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ConfigPath is not null) Try(ConfigPath, () => AddConfigured(ConfigPath));
        else foreach (var replica in Replica) TryWithReplica(replica, client => _inputs.Add(new(replica, ToRequest(), TargetOf(client.Url))));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_inputs.GroupBy(i => i.Target, RestoreTarget.Comparer).FirstOrDefault(g => g.Count() > 1) is { } contested)
        {
            ThrowTerminatingError(new LitestreamException(
                ErrorTable.TargetNotUnique,
                $"{contested.Count()} inputs are to be restored to '{contested.Key}': {string.Join(", ", contested.Select(i => i.ToString()))}. Nothing was restored.",
                contested.Key,
                "Filter the input down to one, or restore each to a destination of its own.").ToRecord());
        }

        using var abort = CancellationTokenSource.CreateLinkedTokenSource(PipelineStop);
        var running = new List<RunningRestore>();
        try
        {
            foreach (var input in _inputs)
            {
                while (running.Count >= ThrottleLimit) FinishOne(running);
                Try(input.Replica.Url, () => Begin(input, running, abort.Token));
            }

            while (running.Count > 0) FinishOne(running);
        }
        finally
        {
            // a writer that throws (a stopped pipeline, -ErrorAction Stop) must not leave the others running behind it
            if (running.Count > 0) abort.Cancel();
            running.ForEach(r => r.Settle());
        }
    }

    private void AddConfigured(string configPath)
    {
        var found = FindConfigured();
        if (found is not [var database])
            throw new LitestreamException(ErrorTable.TargetNotUnique,
                $"{found.Count} databases of {configPath} are meant: {string.Join(", ", found.Select(d => d.Path))}. Nothing was restored.", configPath,
                "Name one with -Database; or for several pipe Get-LitestreamDatabase here.");
        var (request, target) = (ToRequest(), Destination is null ? database.Path
            : RestoreTarget.Resolve(ResolvePath(Destination), RestoreTarget.IsFolder(Destination), database.Path, database.Path));
        _inputs.Add(new(Choose(ReplicasOf(database), request), request, target));
    }

    /// <summary>Of several replicas the one that leads furthest; those that can't be read are named by a warning.</summary>
    private LitestreamReplica Choose(IReadOnlyList<LitestreamReplica> replicas, RestoreRequest request)
    {
        if (replicas is [var only]) return only;
        (LitestreamReplica Replica, RestorePlan Plan)? best = null;
        var failures = new List<(LitestreamReplica Replica, EngineException Error)>();
        foreach (var replica in replicas)
        {
            try
            {
                var plan = WithReplica(replica, client => Plan(client, request));
                if (best is not { } former || ReplicaChoice.LeadsFurther(plan, former.Plan)) best = (replica, plan);
            }
            catch (EngineException e)
            {
                failures.Add((replica, e));
            }
        }

        if (best is not { } choice) throw failures[0].Error;
        foreach (var (replica, error) in failures) WriteWarning($"'{replica}' is passed over, and '{choice.Replica}' is restored: {error.Message}");
        return choice.Replica;
    }

    private RestoreRequest ToRequest() => new()
    {
        Generation = Generation is null ? null : ReplicaCommand.ParseGeneration(Generation),
        Index = Index,
        Offset = Offset,
        Timestamp = Timestamp,
        AllowPartial = AllowPartial,
    };

    private string TargetOf(string url) => RelativePath is null
        ? RestoreTarget.Resolve(ResolvePath(Destination!), RestoreTarget.IsFolder(Destination!), Path, url)
        : RestoreTarget.ResolveBelow(ResolvePath(Destination!), RelativePath);

    private void Begin(RestoreInput input, List<RunningRestore> running, CancellationToken cancellationToken)
    {
        var client = OpenReplica(input.Replica);
        var isRunning = false;
        try
        {
            var plan = Plan(client, input.Request);
            var description = Describe(plan, input.Target) + DescribeExisting(input.Target);
            foreach (var warning in plan.Warnings) WriteWarning(warning.Message);
            if (!ShouldProcess(description, $"{description} Go on?", "Restore database")) return;

            var options = new RestoreOptions
            {
                Check = FullCheck ? IntegrityCheckMode.Full : IntegrityCheckMode.Quick,
                Existing = !Force ? ExistingDatabase.Refuse : NoSafetyCopy ? ExistingDatabase.Discard : ExistingDatabase.Keep,
            };
            running.Add(new(client, input, plan, options, Environment, ++_activity, cancellationToken));
            isRunning = true;
        }
        finally
        {
            if (!isRunning) client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private RestorePlan Plan(IReplicaClient client, RestoreRequest request)
    {
        // beside those that run already
        var reading = new ReplicaReading(new(client), $"Listing {client.Url}", _activity + 1);
        return WaitWithProgress(token => new RestorePlanner(reading.Replica).PlanAsync(request, token), reading);
    }

    private void FinishOne(List<RunningRestore> running)
    {
        var tasks = running.ConvertAll<Task>(r => r.Task).ToArray();
        int ended;
        while ((ended = Task.WaitAny(tasks, s_progressInterval)) < 0) running.ForEach(r => r.Progress.Show(WriteProgress));
        var restore = running[ended];
        restore.Progress.End(WriteProgress);
        restore.Settle();
        running.RemoveAt(ended);
        Try(restore.Input.Replica.Url, () =>
        {
            var result = restore.Task.GetAwaiter().GetResult();
            foreach (var warning in result.Warnings.Except(restore.Plan.Warnings)) WriteWarning(warning.Message);
            WriteObject(AsFile(result.ToModel(restore.Options.Check)));
        });
    }

    private string DescribeExisting(string target) => !Force || !File.Exists(target) ? ""
        : NoSafetyCopy ? $" The database '{target}' is replaced, and not kept." : $" The database '{target}' is replaced, and kept beside the new one.";

    private static string Describe(RestorePlan plan, string target)
    {
        var segments = plan.Segments.Count switch
        {
            0 => "no WAL segment",
            1 => "1 WAL segment",
            var count => $"{count} WAL segments",
        };
        var end = plan switch
        {
            { Segments.Count: 0 } => "on top",
            { StopOffset: { } stop } => $"up to index {plan.Segments[^1].Start.Index}, offset {stop}",
            _ => $"up to the end of the segment at index {plan.Segments[^1].Start.Index}, offset {plan.Segments[^1].Start.Offset}",
        };
        var gap = plan.Loss is not { } loss ? ""
            : $" {loss.Message} {loss.Segments.Count} WAL segments behind it are lost{(loss.Until is { } until ? $", up to {_Format.Time(until)} UTC" : "")}.";
        return $"Restoring '{target}' from '{plan.ReplicaUrl}', generation {plan.Generation}: the snapshot of index {plan.Snapshot.Index}"
            + $" and {segments} {end}; {_Format.Size(plan.Size)} to read; the state of {_Format.Time(plan.RestoresTo)} UTC.{gap}";
    }

    private static PSObject AsFile(LitestreamRestoreResult result)
    {
        var file = PSObject.AsPSObject(result);
        file.Properties.Add(new PSNoteProperty("PSPath", $@"Microsoft.PowerShell.Core\FileSystem::{result.Destination}"));
        return file;
    }
}
