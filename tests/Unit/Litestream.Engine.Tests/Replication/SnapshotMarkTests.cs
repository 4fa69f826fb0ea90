using Litestream.Engine.Format;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>The mark beside a snapshot is put there whatever comes between the two.</summary>
public sealed class SnapshotMarkTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly MemoryReplicaClient _replica = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_mark_that_could_not_be_stored_is_stored_later()
    {
        var failures = 0;
        var failing = new FailingReplicaClient(_replica) { Fails = (_, key) => key.EndsWith(".stored", StringComparison.Ordinal) && Interlocked.Increment(ref failures) <= 2 };

        await ReplicateAsync(failing);

        Assert.True(failures > 2);
        Assert.Single(Marks());
    }

    [Fact]
    public async Task Whoever_died_after_a_snapshot_stores_its_mark_with_the_next_start()
    {
        await ReplicateAsync(_replica);
        var mark = Assert.Single(Marks());
        _replica.Objects.TryRemove(mark, out _);

        await ReplicateAsync(_replica);

        Assert.Equal([mark], Marks());
    }

    /// <summary>It would say that the seal is lost.</summary>
    [Fact]
    public async Task A_snapshot_of_an_earlier_version_gets_none()
    {
        await ReplicateAsync(_replica);
        var mark = Assert.Single(Marks());
        _replica.Objects.TryRemove(mark, out _);
        var snapshot = mark.Replace(".stored", ".lz4", StringComparison.Ordinal);
        _replica.Objects[snapshot] = (_replica.Objects[snapshot].Content[ObjectSeal.Size..], _replica.Objects[snapshot].Time);

        await ReplicateAsync(_replica);

        Assert.Empty(Marks());
        Assert.Single(_replica.Objects.Keys, k => k.EndsWith(".snapshot.lz4", StringComparison.Ordinal));
    }

    private async Task ReplicateAsync(Engine.Replicas.IReplicaClient client)
    {
        await using var replication = RunningReplication.Start(_database.Path, [client]);
        await replication.SyncAsync();
        _database.App.Insert();
        await replication.SyncAsync();
        await replication.StopAsync();
    }

    private List<string> Marks() => [.. _replica.Objects.Keys.Where(k => k.EndsWith(".snapshot.stored", StringComparison.Ordinal))];
}
