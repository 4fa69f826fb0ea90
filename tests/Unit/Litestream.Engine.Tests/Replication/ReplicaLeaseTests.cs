using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>A second writer on one replica.</summary>
public sealed class ReplicaLeaseTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly TestDatabase _other = new();

    private string Replica => _database["replica"];

    public void Dispose()
    {
        _database.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_second_writer_is_refused_and_told_who_the_first_one_is()
    {
        await using var first = Start(_database);
        await first.SyncAsync();
        await using var second = Start(_other);
        var refusal = await second.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(ReplicationSeverity.Error, refusal.Severity);
        Assert.Equal(ErrorCode.ReplicaInUse, (refusal.Error as LitestreamException)?.Code);
        Assert.Contains(_database.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Environment.MachineName, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("-TakeOver", refusal.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(Path.Combine(Replica, "generations")));
    }

    [Fact]
    public async Task One_whose_answer_nobody_waited_for_is_let_go_too()
    {
        var store = new MemoryReplicaClient();
        await using var client = new HookedReplicaClient(store) { Versioned = () => throw new OperationCanceledException() };
        var lease = new ReplicaLease(client, new("owner", "run", "machine", _database.Path, 1, DateTimeOffset.UnixEpoch), takesOver: false);
        await Assert.ThrowsAsync<OperationCanceledException>(() => lease.EnsureAsync(default));
        Assert.Single(store.Objects);

        await lease.ReleaseAsync(head: null, default);

        Assert.Empty(store.Objects);
    }

    [Fact]
    public async Task After_an_orderly_stop_the_replica_is_anybodys()
    {
        await using (var first = Start(_database))
        {
            await first.SyncAsync();
            await first.StopAsync();
        }

        Assert.False(File.Exists(Path.Combine(Replica, ReplicaLease.Key)));
        await using var second = Start(_other);
        await second.SyncAsync();
        Assert.DoesNotContain(second.Events, e => e.Severity == ReplicationSeverity.Error);
    }

    [Fact]
    public async Task One_that_was_killed_goes_on_with_its_own_replica()
    {
        var lease = await LeaseOfDeadRunAsync();
        await using var again = Start(_database);
        await again.SyncAsync();
        Assert.NotEqual(lease, await File.ReadAllTextAsync(Path.Combine(Replica, ReplicaLease.Key)));
        Assert.DoesNotContain(again.Events, e => e.Severity == ReplicationSeverity.Error);
        Assert.Equal(ReplicationSeverity.Information, Assert.Single(again.Events, e => e.Kind == ReplicationEventKind.LeaseReplaced).Severity);
    }

    [Fact]
    public async Task One_on_a_renamed_machine_goes_on_with_its_own_replica_and_warns_of_a_clone()
    {
        await LeaseOfDeadRunAsync();
        await using var again = RunningReplication.Start(_database.Path, [RunningReplication.Folder(Replica)], environment: new() { MachineName = "another" });
        await again.SyncAsync();
        var told = Assert.Single(again.Events, e => e.Kind == ReplicationEventKind.LeaseReplaced);
        Assert.Equal(ReplicationSeverity.Warning, told.Severity);
        Assert.Contains(Environment.MachineName, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_whose_metadata_folder_was_lost_goes_on_with_its_own_replica()
    {
        await LeaseOfDeadRunAsync();
        Directory.Delete(_database[".app.db-litestream-ps"], recursive: true);
        await using var again = Start(_database);
        await again.SyncAsync();
    }

    [Fact]
    public async Task One_that_died_while_a_store_took_half_of_its_lease_goes_on()
    {
        var lease = await LeaseOfDeadRunAsync();
        await File.WriteAllTextAsync(Path.Combine(Replica, ReplicaLease.Key), lease[..(lease.Length / 2)]);
        await using var again = Start(_database);
        await again.SyncAsync();
        Assert.DoesNotContain(again.Events, e => e.Severity == ReplicationSeverity.Error);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public async Task Half_of_a_lease_that_does_not_tell_whose_it_is_is_anothers(int part)
    {
        var lease = await LeaseOfDeadRunAsync();
        await File.WriteAllTextAsync(Path.Combine(Replica, ReplicaLease.Key), lease[..(lease.Length / part)]);
        await using var other = Start(part == 2 ? _other : _database);
        var refusal = await other.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(ErrorCode.ReplicaInUse, (refusal.Error as LitestreamException)?.Code);
    }

    [Fact]
    public async Task Another_one_takes_over_only_when_it_is_told_to()
    {
        await LeaseOfDeadRunAsync();
        await using (var refused = Start(_other)) await refused.WaitForAsync(ReplicationEventKind.RetryScheduled);
        await using var second = Start(_other, takeOver: true);
        await second.SyncAsync();
    }

    [Fact]
    public async Task One_whose_replica_was_taken_over_notices_before_it_confirms_anything()
    {
        await using var first = Start(_database);
        await first.SyncAsync();
        await using var second = Start(_other, takeOver: true);
        await second.SyncAsync();
        _database.App.Insert(10);
        _ = first.SyncAsync().ContinueWith(t => t.Exception, TaskScheduler.Default);
        var refusal = await first.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(ErrorCode.ReplicaInUse, (refusal.Error as LitestreamException)?.Code);
        Assert.Contains(_other.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_one_left_behind_never_hides_what_is_confirmed_later()
    {
        await using var first = Start(_database);
        await first.SyncAsync();
        await using (var second = Start(_other, takeOver: true))
        {
            await second.SyncAsync();
            _other.App.Insert(10);
            await second.StopAsync();
        }

        _database.App.Insert(10);
        await first.SyncAsync();
        Assert.Equal(2, first.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
    }

    [Fact]
    public async Task A_lease_that_nobody_can_read_is_not_taken_for_none()
    {
        Directory.CreateDirectory(Replica);
        await File.WriteAllTextAsync(Path.Combine(Replica, ReplicaLease.Key), "something");
        await using var replication = Start(_database);
        var refusal = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(ErrorCode.ReplicaInUse, (refusal.Error as LitestreamException)?.Code);
    }

    [Fact]
    public async Task A_lease_whose_writing_was_answered_by_silence_is_known_again()
    {
        var me = new LeaseHolder("owner", "run", "machine", "/app.db", 1, DateTimeOffset.UnixEpoch);
        var folder = RunningReplication.Folder(Replica);
        // the store has it, its client asked twice and is told that another one is there
        await folder.TryPutVersionedAsync(ReplicaLease.Key, me.ToBytes(), null, default);
        var lease = new ReplicaLease(folder, me, takesOver: false);
        await lease.EnsureAsync(default);
        await lease.ReleaseAsync(null, default);
        Assert.Null(await folder.GetVersionedAsync(ReplicaLease.Key, default));
    }

    [Fact]
    public async Task Of_many_that_begin_at_once_one_gets_it()
    {
        var leases = Enumerable.Range(0, 8).Select(i => new ReplicaLease(RunningReplication.Folder(Replica),
            new($"owner{i}", $"run{i}", "machine", $"/app{i}.db", i, DateTimeOffset.UnixEpoch), takesOver: false));
        var got = await Task.WhenAll(leases.Select(l => Task.Run(async () =>
        {
            try
            {
                await l.EnsureAsync(default);
                return true;
            }
            catch (LitestreamException e) when (e.Code == ErrorCode.ReplicaInUse)
            {
                return false;
            }
        })));
        Assert.Single(got, true);
    }

    private RunningReplication Start(TestDatabase database, bool takeOver = false) =>
        RunningReplication.Start(database.Path, [RunningReplication.Folder(Replica)], o => o with { TakeOver = takeOver });

    /// <summary>A run that ended without letting the replica go, as one that is killed.</summary>
    private async Task<string> LeaseOfDeadRunAsync()
    {
        var path = Path.Combine(Replica, ReplicaLease.Key);
        string lease;
        await using (var first = Start(_database))
        {
            await first.SyncAsync();
            lease = await File.ReadAllTextAsync(path);
            await first.StopAsync();
        }

        await File.WriteAllTextAsync(path, lease);
        return lease;
    }
}
