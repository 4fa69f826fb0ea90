namespace Litestream.Stress.Replicators;

/// <summary>A replication that a run can start, stop and kill.</summary>
internal interface IReplicator : IAsyncDisposable
{
    /// <summary>What it said, as "kind: message", over all its starts.</summary>
    IReadOnlyCollection<string> Events { get; }

    /// <summary>Begins, or begins again after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    Task StartAsync();

    /// <summary>Returns when all that is committed now is in the replica.</summary>
    Task SyncAsync();

    /// <summary>Ends it in an orderly way.</summary>
    Task StopAsync();

    /// <summary>Ends it as kill -9 does; where it shares our process, in an orderly way.</summary>
    Task KillAsync();
}
