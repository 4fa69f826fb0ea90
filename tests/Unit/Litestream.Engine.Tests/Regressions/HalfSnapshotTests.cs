using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a store said that it holds a snapshot, showed half of it, and a sync was confirmed on that: the sizes of segments alone were
/// compared.</summary>
public sealed class HalfSnapshotTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private string? _half;

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_sync_is_confirmed_on_half_of_a_snapshot(bool isAskedAgainFirst)
    {
        _database.App.Insert(100);
        var store = new HookedReplicaClient(RunningReplication.Folder(_database["replica"]));
        store.Lists = (_, found) =>
        {
            _half ??= found.FirstOrDefault(o => o.Key.Contains("/snapshots/", StringComparison.Ordinal))?.Key;
            return Task.FromResult<IReadOnlyList<ReplicaObject>>([.. found.Select(o => o.Key == _half ? o with { Size = o.Size / 2 } : o)]);
        };
        if (isAskedAgainFirst) store.Puts = FailsOnce();
        await using var replication = RunningReplication.Start(_database.Path, [store]);
        await replication.SyncAsync();
        var generations = Directory.GetDirectories(Path.Combine(_database["replica"], "generations"));
        Assert.Equal(2, generations.Length);
        var told = Assert.Single(replication.Events, e => e.Kind == ReplicationEventKind.GenerationStarted && e.Message.Contains("does not hold what was shipped", StringComparison.Ordinal));
        Assert.DoesNotContain(_half!.Split('/')[1], told.Message, StringComparison.Ordinal);
    }

    /// <summary>The first segment can't be stored once: the replica is asked what it holds, before a sync asks.</summary>
    private static Func<string, CancellationToken, Task> FailsOnce()
    {
        var failed = 0;
        return (key, _) => key.Contains("/wal/", StringComparison.Ordinal) && Interlocked.Exchange(ref failed, 1) == 0
            ? throw new Errors.LitestreamException(Errors.ErrorCode.ReplicaUnavailable, "not now", key, "wait") : Task.CompletedTask;
    }
}
