using Litestream.Engine;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Retention;
using Litestream.Engine.Spool;
using Litestream.Simulation.Machines;
using Litestream.Simulation.PlantedBugs;

namespace Litestream.Simulation.Replicators;

/// <summary>What a replicator has for each replica: a shipper and somebody who lets go what is old.</summary>
internal sealed class ReplicaSide(
    Machine machine, EngineEnvironment environment, ReplicationOptions options, IReplicaClient store, int number, PlantedBug bug)
{
    private static readonly TimeSpan s_shipRetry = TimeSpan.FromMilliseconds(300);

    private TimeSpan _nextShipping;
    private bool _isShipping;
    private bool _isTidying;

    public required SpoolFolder Spool { get; init; }

    public required SpoolQueue Queue { get; init; }

    public required EventLog Events { get; init; }

    public required DatabaseRecorder Recorder { get; init; }

    public required Func<PresentGeneration?> Present { get; init; }

    public required Action<GenerationId, string> RequestGeneration { get; init; }

    public required Action<GenerationId, int, DateTimeOffset> HoldsSnapshot { get; init; }

    public Shipper Shipper => field ??= new(number, store, Queue, Spool, environment, Events, Present, RequestGeneration)
    {
        HoldsSnapshot = HoldsSnapshot,
        Claim = new ReplicaLease(store, Me(), takesOver: false).EnsureAsync,
    };

    /// <summary>Whether the replica holds all that was captured.</summary>
    public bool IsDrained => Present() is not null && !Shipper.HasPending && (Overlapping is not null || Shipper.IsReachable);

    /// <summary>Whether it is in the middle of a step.</summary>
    public bool IsOnStack => _isShipping || _isTidying;

    private RetentionKeeper Keeper => field ??= new(store, options.Retention!.Value, options.RetentionCheckInterval, environment, Events)
    {
        Present = Present,
        IsSettled = () => Shipper.IsReachable,
        Waiting = () => Queue.Generations,
        Plan = bug == PlantedBug.RetentionOffByOne
            ? OffByOne.Plan : (generations, cutOff, inUse) => RetentionPlanner.ForWindow(store.Url, generations, cutOff, inUse),
    };

    private LeaseHolder Me() => new("simulation", GenerationId.Create(environment.Random).ToString(), "machine", "app.db", number, environment.Time.GetUtcNow());

    private UnalignedShipper? Overlapping => field ??= bug == PlantedBug.OverlappingShipment ? new(number, Queue, Spool, store) : null;

    /// <summary>Ships what waits.</summary>
    public void Ship()
    {
        if (_isShipping || _nextShipping > machine.Clock.Elapsed) return;
        Replicator.Exclusively(ref _isShipping, () =>
        {
            try
            {
                if (Overlapping is null) Shipper.ShipAllAsync(default).GetAwaiter().GetResult();
                else if (Recorder.Generation is { } generation) Overlapping.Ship(generation, Recorder.ExpectsSnapshot);
            }
            catch (Exception e) when (e is LitestreamException || FileErrors.IsFileError(e))
            {
                machine.Trace.Refuse(e);
                Shipper.Realign();
                _nextShipping = machine.Clock.Elapsed + s_shipRetry;
            }
        });
    }

    /// <summary>Lets go what is old.</summary>
    public void Tidy()
    {
        if (!_isTidying) Replicator.Exclusively(ref _isTidying, () => Keeper.CheckAsync(default).GetAwaiter().GetResult());
    }
}
