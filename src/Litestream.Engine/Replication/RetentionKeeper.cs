using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Retention;

namespace Litestream.Engine.Replication;

/// <summary>Lets one replica of a running replication let go what is older than its window, beside shipping.</summary>
/// <param name="client">The replica.</param>
/// <param name="retention">The window; above zero.</param>
/// <param name="checkInterval">How often; above zero.</param>
/// <param name="environment">Time.</param>
/// <param name="events">Is told what was let go, and of failures.</param>
internal sealed class RetentionKeeper(
    IReplicaClient client, TimeSpan retention, TimeSpan checkInterval, EngineEnvironment environment, EventLog events)
{
    /// <summary>Timers take no more than 49 days.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly SteadyClock _clock = new(environment.Time);

    /// <summary>The present generation; null while there is none.</summary>
    public required Func<PresentGeneration?> Present { get; init; }

    /// <summary>Whether the replica answered last time and is known to fit what waits for it.</summary>
    public required Func<bool> IsSettled { get; init; }

    /// <summary>Whether the replica is ours: of another's nothing is let go.</summary>
    public Func<CancellationToken, Task<bool>> IsOurs { get; init; } = _ => Task.FromResult(true);

    /// <summary>Generations of which something waits in the spool.</summary>
    public required Func<IReadOnlyList<GenerationId>> Waiting { get; init; }

    /// <summary>Makes the plan; see <see cref="RetentionPlanner.ForWindow"/>.</summary>
    public Func<IReadOnlyList<GenerationInfo>, DateTimeOffset, IReadOnlySet<GenerationId>, RetentionPlan> Plan { get; init; } =
        (generations, cutOff, inUse) => RetentionPlanner.ForWindow(client.Url, generations, cutOff, inUse);

    /// <summary>Checks once an interval until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(new[] { checkInterval, retention, s_longest }.Min(), environment.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            await CheckAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks the replica through once, and lets go. A failure is told, and tried again at the next check.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        // where it is not known how replica and spool fit, nothing is touched; the next check is soon enough
        if (!IsSettled() || Present() is not { ExpectsSnapshot: false } present) return;
        try
        {
            var generations = new List<GenerationInfo>();
            await foreach (var generation in new ReplicaCatalog(client).ListGenerationsAsync(cancellationToken).ConfigureAwait(false))
                generations.Add(generation);
            var plan = Plan(generations, CutOff(), Waiting().Append(present.Id).ToHashSet());
            if (plan.IsEmpty) return;
            if (!await IsOurs(cancellationToken).ConfigureAwait(false)) return;
            await new RetentionExecutor(client).ExecuteAsync(plan, cancellationToken).ConfigureAwait(false);
            events.Write(ReplicationEventKind.RetentionApplied, ReplicationSeverity.Information,
                $"Retention let go {plan.SnapshotCount} snapshots and {plan.SegmentCount} WAL segments ({plan.Size} bytes).", client.Url);
        }
        catch (LitestreamException e) when (e.Code == ErrorCode.ReplicaNotFound)
        {
            // nothing is there to let go: the first snapshot waits, or else the shipper will notice
        }
        catch (LitestreamException e)
        {
            events.Write(ReplicationEventKind.RetryScheduled, ReplicationSeverity.Warning,
                $"Retention failed. {e.Message} {e.Hint} Next try at the next check.", client.Url, e);
        }
    }

    /// <summary>By the earlier of the two clocks: when somebody sets the system's one, rather too much is kept.</summary>
    private DateTimeOffset CutOff()
    {
        var (steady, shown) = (_clock.Now, environment.Time.GetUtcNow());
        return RetentionPlanner.CutOff(steady < shown ? steady : shown, retention);
    }
}
