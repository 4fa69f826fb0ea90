using System.Management.Automation;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Retention;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Binding;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Removing;
using Litestream.PowerShell.Replications;

namespace Litestream.PowerShell.Commands;

/// <summary>Deletes generations of a replica, or what is older than a window.</summary>
[Cmdlet(VerbsCommon.Remove, "LitestreamGeneration", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = GenerationSet)]
[OutputType(typeof(LitestreamRemoval))]
public sealed class RemoveLitestreamGenerationCommand : StoreCommand
{
    private const string GenerationSet = "Generation";
    private const string RetentionSet = "Retention";
    private const string OlderThanSet = "OlderThan";

    private readonly List<(LitestreamReplica Replica, GenerationId? Generation)> _inputs = [];

    /// <summary>Folder or URL of the replica.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[] Replica { get; set; } = [];

    /// <summary>The generations to delete.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = GenerationSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GenerationCompleter))]
    public string[]? Generation { get; set; }

    /// <summary>Delete what no restore to a time of the last so many hours or days needs.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RetentionSet)]
    [DurationTransformation]
    public TimeSpan? Retention { get; set; }

    /// <summary>Delete what no restore to this time or a later one needs.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OlderThanSet)]
    [TimeTransformation]
    public DateTimeOffset? OlderThan { get; set; }

    /// <summary>Delete the last generation that can be restored, too.</summary>
    [Parameter(ParameterSetName = GenerationSet)]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var replica in Replica)
        {
            if (Generation is null) _inputs.Add((replica, null));
            else foreach (var generation in Generation) Try(generation, () => _inputs.Add((replica, ReplicaCommand.ParseGeneration(generation))));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // all at once, so that the last one that can be restored is known
        foreach (var input in _inputs.GroupBy(i => (i.Replica, i.Replica.Endpoint), i => i.Generation))
            TryWithReplica(input.Key.Replica, client => Remove(client, input.OfType<GenerationId>().ToHashSet()));
    }

    private void Remove(IReplicaClient client, HashSet<GenerationId> asked)
    {
        var reading = new ReplicaReading(new(client), $"Listing {client.Url}");
        var catalog = new ReplicaCatalog(reading.Replica);
        var generations = Enumerate(catalog.ListGenerationsAsync(PipelineStop), reading).ToList();
        foreach (var missing in asked.Except(generations.Select(g => g.Id)).ToList())
            Try(missing.ToString(), () => WaitWithProgress(token => catalog.GetGenerationAsync(missing, token), reading));

        var inUse = InUse(client.Url, generations);
        var plan = Generation is not null
            ? RetentionPlanner.ForGenerations(client.Url, generations, asked, inUse, Force)
            : RetentionPlanner.ForWindow(client.Url, generations,
                OlderThan ?? RetentionPlanner.CutOff(Environment.Time.GetUtcNow(), Retention!.Value), inUse);
        foreach (var part in plan.Generations) Try(part.Generation.Id.ToString(), () => Remove(client, part));
    }

    private void Remove(IReplicaClient client, GenerationRetention part)
    {
        var description = RemovalText.Describe(part, client.Url);
        if (part.IsEmpty)
        {
            if (Generation is not null) throw Refused(part, description);
            WriteVerbose(description);
            return;
        }

        if (!ShouldProcess(description, $"{description} It can't be brought back. Go on?", "Delete from replica")) return;
        var metered = new MeteredReplicaClient(client);
        WaitWithProgress(
            async token =>
            {
                await new RetentionExecutor(metered).ExecuteAsync(part, token).ConfigureAwait(false);
                return true;
            }, new RemovalView(metered, part));
        WriteObject(part.ToModel(client.Url));
    }

    /// <summary>Generations that replications of this process add to. One that has just begun may go on with any.</summary>
    private static HashSet<GenerationId> InUse(string replica, IReadOnlyList<GenerationInfo> generations)
    {
        var statuses = ReplicationRegistry.Sessions
            .Where(s => !s.Completion.IsCompleted && s.Replicas.Contains(replica)).Select(s => s.Status).ToList();
        return statuses.Exists(s => s.Generation is null)
            ? generations.Select(g => g.Id).ToHashSet()
            : statuses.Select(s => s.Generation!.Value).ToHashSet();
    }

    private static LitestreamException Refused(GenerationRetention part, string description) => part.Reason == RetentionReason.InUse
        ? new(ErrorTable.GenerationInUse, description, part.Generation.Id.ToString(), "Stop the replication with Stop-LitestreamReplication first.")
        : new(ErrorTable.LastGeneration, description, part.Generation.Id.ToString(), "Give -Force to delete it all the same.");
}
