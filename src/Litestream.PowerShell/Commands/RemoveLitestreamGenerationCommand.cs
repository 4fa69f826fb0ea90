using System.Management.Automation;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Retention;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Binding;
using Litestream.PowerShell.Completion;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Removing;

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

    /// <summary>Delete the last generation that can be restored, too, and the one of a replication that has ended for good.</summary>
    [Parameter(ParameterSetName = GenerationSet)]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // of a replication, 0 keeps all
        if (Retention == TimeSpan.Zero)
        {
            ThrowTerminatingError(new LitestreamException(
                nameof(ErrorCode.InvalidArgument), "A window of no time has nothing in it, and -Retention 0 of a replication keeps all: nothing was deleted.", nameof(Retention),
                "Give -Retention a time above 0, or -OlderThan the time of now to delete all that the latest state does not need.").ToRecord());
        }
    }

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

        // after the listing: whoever has begun since has the lease, or answers
        var claim = WaitWithProgress(token => ReplicaClaim.FindAsync(reading.Replica, token), reading);
        var users = this.FindUsers(client.Url, claim, generations, isLost: Force);
        var inUse = users.Keys.ToHashSet();
        var plan = Generation is not null
            ? RetentionPlanner.ForGenerations(client.Url, generations, asked, inUse, Force)
            : RetentionPlanner.ForWindow(client.Url, generations,
                OlderThan ?? RetentionPlanner.CutOff(Environment.Time.GetUtcNow(), Retention!.Value), inUse);
        foreach (var part in plan.Generations) Try(part.Generation.Id.ToString(), () => Remove(client, part, users.GetValueOrDefault(part.Generation.Id)));
    }

    private void Remove(IReplicaClient client, GenerationRetention part, GenerationUser? user)
    {
        var description = RemovalText.Describe(part, client.Url, user);
        if (part.IsEmpty)
        {
            if (Generation is not null) throw Refused(part, description, user);
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

    private static LitestreamException Refused(GenerationRetention part, string description, GenerationUser? user) => user is not null
        ? new(ErrorTable.GenerationInUse, description, part.Generation.Id.ToString(), user.Hint)
        : new(ErrorTable.LastGeneration, description, part.Generation.Id.ToString(), "Give -Force to delete it all the same.");
}
