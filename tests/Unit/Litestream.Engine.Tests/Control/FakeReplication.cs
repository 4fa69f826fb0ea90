using Litestream.Engine.Control;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;

namespace Litestream.Engine.Tests.Control;

/// <summary>A replication that does what the test says.</summary>
internal sealed class FakeReplication : IReplicationControl
{
    public const string Path = "/data/app.db";

    private int _syncs;

    public static GenerationId Generation { get; } = GenerationId.Parse("0123456789abcdef");

    public ReplicationStatus Status { get; set; } = new(
        Path, ReplicationState.Running, new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        [
            new("/backup/app")
            {
                Position = new(3, 4152),
                State = ReplicaState.Retrying,
                SpoolBytes = 34,
                SnapshotBytes = 56,
                BytesUnderWay = 23,
                LagBytes = 12,
                Lag = TimeSpan.FromMilliseconds(1500),
                LastSyncAt = new(2026, 1, 2, 4, 0, 0, TimeSpan.Zero),
                LastErrorAt = new(2026, 1, 2, 3, 30, 0, TimeSpan.Zero),
                LastError = new LitestreamException(ErrorCode.ReplicaUnavailable, "Away.", "/backup/app", "Wait."),
            },
            new("/mnt/größe 名前"),
        ])
    {
        Generation = Generation,
        Position = new(3, 8272),
        LastChangeAt = new(2026, 1, 2, 4, 0, 1, TimeSpan.Zero),
        SpoolBytes = 77,
        FirstSnapshot = new(10, 40, TimeSpan.FromSeconds(3)),
        BytesShipped = 1L << 40,
        LastError = new IOException("Some failure."),
    };

    /// <summary>Ends each sync.</summary>
    public TaskCompletionSource<SyncResult> Synced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends each stop.</summary>
    public TaskCompletionSource<ReplicationStatus> Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many wait for a sync.</summary>
    public int Syncs => Volatile.Read(ref _syncs);

    public bool IsStopAsked { get; private set; }

    public async Task<SyncResult> SyncAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _syncs);
        try
        {
            return await Synced.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _syncs);
        }
    }

    public Task<ReplicationStatus> StopAsync(CancellationToken cancellationToken)
    {
        IsStopAsked = true;
        return Stopped.Task.WaitAsync(cancellationToken);
    }
}
