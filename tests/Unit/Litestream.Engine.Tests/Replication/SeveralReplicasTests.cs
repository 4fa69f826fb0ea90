using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using SQLitePCL;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>Several replicas of one database, one of which is slow, away, wiped or hangs: it alone pays for it.</summary>
public sealed class SeveralReplicasTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly FailingReplicaClient _replica;
    private readonly FailingReplicaClient _away;

    public SeveralReplicasTests() => (_replica, _away) = (Client("replica"), Client("away"));

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_replica_for_which_too_much_waits_is_given_up_alone_and_returns_with_a_new_generation()
    {
        await using var replication = Start();
        await replication.SyncAsync();
        _away.Fails = (_, _) => true;
        await FillAsync(replication);
        var full = await replication.WaitForAsync(ReplicationEventKind.SpoolFull);
        Assert.Equal((ReplicationSeverity.Error, _away.Url), (full.Severity, full.ReplicaUrl));

        await CommitAsync(replication);
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
        var status = replication.Status;
        Assert.Equal((ReplicationState.Running, ReplicaState.Running, ReplicaState.GivenUp),
            (status.State, status.Replicas[0].State, status.Replicas[1].State));
        Assert.Equal((0, 0), (status.SpoolBytes, status.Replicas[1].SpoolBytes));
        Assert.True(status.Replicas[1] is { LagBytes: > 100_000, Lag.Ticks: > 0 });
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));

        _away.Fails = (_, _) => false;
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        await AssertBothHoldAsync();
        Assert.All(replication.Status.Replicas, r => Assert.Equal((ReplicaState.Running, 0), (r.State, r.LagBytes)));
        Assert.Equal(2, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(1, replication.Count(ReplicationEventKind.SpoolFull));
        Assert.DoesNotContain(Directory.GetFiles(_database["away"]), f => f.EndsWith("probe", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_database_is_let_go_when_no_replica_is_left_and_goes_on_with_the_first_that_returns()
    {
        await using var replication = Start();
        await replication.SyncAsync();
        _replica.Fails = _away.Fails = (_, _) => true;
        await FillAsync(replication);
        await replication.WaitForAsync(ReplicationEventKind.SpoolFull, 2);
        await replication.WaitForAsync(ReplicationEventKind.Waiting);
        await replication.UntilAsync(() => replication.Status.State == ReplicationState.Waiting, "it waits");
        Assert.Equal(raw.SQLITE_OK, _database.App.Checkpoint(Application.Truncate).Code);

        _replica.Fails = (_, _) => false;
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await CommitAsync(replication);
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
        Assert.Equal(ReplicaState.GivenUp, replication.Status.Replicas[1].State);
    }

    [Fact]
    public async Task A_stop_while_a_replica_is_given_up_is_no_success_and_a_start_goes_on_with_the_generation()
    {
        await using (var first = Start())
        {
            await first.SyncAsync();
            _away.Fails = (_, _) => true;
            await FillAsync(first);
            await first.WaitForAsync(ReplicationEventKind.SpoolFull);
            var error = await Assert.ThrowsAsync<LitestreamException>(first.StopAsync);
            Assert.Equal((ErrorCode.ReplicationStalled, _away.Url), (error.Code, error.Target));
            Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
        }

        var (replica, away) = (Client("replica"), Client("away"));
        away.Fails = (_, _) => true;
        await using var second = RunningReplication.Start(_database.Path, [replica, away], o => o with { SpoolLimit = 100_000 });
        await second.UntilAsync(() => second.Status.Position is not null, "it goes on");
        await CommitAsync(second);
        Assert.True(second.Count(ReplicationEventKind.GenerationStarted) == 0, second.Told());
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));

        away.Fails = (_, _) => false;
        await second.SyncAsync();
        await AssertBothHoldAsync();
        await second.WaitForAsync(ReplicationEventKind.GenerationStarted);
        Assert.Equal(1, second.Count(ReplicationEventKind.GenerationStarted));
    }

    [Fact]
    public async Task A_replica_that_hangs_for_ever_holds_back_neither_the_other_nor_the_stop()
    {
        using var gate = new ManualResetEventSlim();
        var replication = Start(o => o with { ShutdownTimeout = TimeSpan.FromSeconds(1) });
        await replication.SyncAsync();
        _away.Fails = (_, _) =>
        {
            gate.Wait();
            return false;
        };
        await FillAsync(replication);
        await replication.WaitForAsync(ReplicationEventKind.SpoolFull);
        await CommitAsync(replication);
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
        Assert.Equal(ErrorCode.ReplicationStalled, (await Assert.ThrowsAsync<LitestreamException>(replication.StopAsync)).Code);
        gate.Set();
        await replication.DisposeAsync();
    }

    [Fact]
    public async Task A_replica_that_is_given_up_again_and_again_rests_before_it_costs_another_generation()
    {
        var time = new ShiftedTime();
        await using var replication = RunningReplication.Start(
            _database.Path, [_replica, _away], o => o with { SpoolLimit = 100_000 }, new() { Time = time });
        await replication.SyncAsync();
        _away.Fails = (_, key) => key.StartsWith(ObjectKey.Generations, StringComparison.Ordinal);
        await FillAsync(replication);
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await FillAsync(replication, times: 2);
        await replication.WaitForAsync(ReplicationEventKind.SpoolFull, 2);
        _away.Fails = (_, _) => false;
        _database.App.Insert();
        await Task.Delay(500);
        Assert.Equal(2, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(ReplicaState.GivenUp, replication.Status.Replicas[1].State);

        time.Skip(TimeSpan.FromMinutes(1));
        _database.App.Insert(); // timers do not skip: a wake does
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 3);
        await replication.SyncAsync();
        await AssertBothHoldAsync();
    }

    [Fact]
    public async Task Replicas_that_are_wiped_together_get_one_generation()
    {
        await using var replication = Start();
        _database.App.Insert();
        await replication.SyncAsync();
        Directory.Delete(_database["replica"], recursive: true);
        Directory.Delete(_database["away"], recursive: true);
        _database.App.Insert();
        await replication.SyncAsync();
        await AssertBothHoldAsync();
        await Task.Delay(300);
        Assert.Equal(2, replication.Count(ReplicationEventKind.GenerationStarted));
    }

    [Fact]
    public async Task A_wiped_replica_that_is_found_at_the_stop_gets_a_generation_before_the_end()
    {
        await using var replication = Start();
        _database.App.Insert();
        await replication.SyncAsync();
        _away.Fails = (operation, _) => operation == "put";
        _database.App.Insert();
        await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        var stop = replication.StopAsync();
        Directory.Delete(_database["away"], recursive: true);
        _away.Fails = (_, _) => false;
        await stop;
        await AssertBothHoldAsync();
    }

    [Fact]
    public async Task A_replica_that_is_deleted_while_nothing_happens_is_noticed()
    {
        var time = new ShiftedTime();
        await using var replication = RunningReplication.Start(_database.Path, [_replica], environment: new() { Time = time });
        _database.App.Insert();
        await replication.SyncAsync();
        Directory.Delete(_database["replica"], recursive: true);
        time.Skip(TimeSpan.FromMinutes(1));
        await replication.WaitForAsync(ReplicationEventKind.GenerationStarted, 2);
        await replication.SyncAsync();
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
    }

    [Fact]
    public async Task An_idle_replica_whose_requests_cost_something_is_asked_nothing()
    {
        var time = new ShiftedTime();
        _replica.CostsPerRequest = true;
        await using var replication = RunningReplication.Start(_database.Path, [_replica], environment: new() { Time = time });
        _database.App.Insert();
        await replication.SyncAsync();
        await replication.UntilAsync(() => replication.Status.Replicas[0].LagBytes == 0, "nothing waits");
        var requests = 0;
        _replica.Fails = (_, _) => Interlocked.Increment(ref requests) < 0;
        time.Skip(TimeSpan.FromHours(1));
        await Task.Delay(600);
        Assert.Equal(0, Volatile.Read(ref requests));
    }

    [Fact]
    public async Task A_replica_that_holds_all_of_a_quiet_database_says_so_again_and_again()
    {
        _replica.CostsPerRequest = true;
        await using var replication = RunningReplication.Start(_database.Path, [_replica]);
        _database.App.Insert();
        await replication.SyncAsync();
        await replication.UntilAsync(() => replication.Status.Replicas[0].LagBytes == 0, "nothing waits");
        var asked = DateTimeOffset.UtcNow;
        await replication.UntilAsync(() => replication.Status.Replicas[0].LastSyncAt > asked, "the replica says that it still holds everything");
    }

    [Fact]
    public async Task A_replica_with_a_snapshot_alone_says_where_it_is_and_one_without_says_what_waits()
    {
        _away.Fails = (_, _) => true;
        await using var replication = Start();
        await replication.UntilAsync(() => replication.Status.Replicas[0].Position == new Position(0, 0), "the snapshot is there");
        await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        var away = replication.Status.Replicas[1];
        Assert.Equal((ReplicaState.Retrying, (Position?)null), (away.State, away.Position));
        Assert.True(away.SnapshotBytes > 0 && replication.Status.SnapshotBytes == away.SnapshotBytes);
        Assert.Equal((0, 0), (replication.Status.Replicas[0].SnapshotBytes, away.SpoolBytes));
        _away.Fails = (_, _) => false;
        await replication.SyncAsync();
        Assert.Equal(0, replication.Status.SnapshotBytes);
    }

    private FailingReplicaClient Client(string name) => new(RunningReplication.Folder(_database[name]));

    private RunningReplication Start(Func<ReplicationOptions, ReplicationOptions>? change = null) =>
        RunningReplication.Start(_database.Path, [_replica, _away], o => (change ?? (x => x))(o with { SpoolLimit = 100_000 }));

    /// <summary>Commits until more waits than may.</summary>
    private async Task FillAsync(RunningReplication replication, int times = 1)
    {
        for (var commit = 0; commit < 100 && replication.Count(ReplicationEventKind.SpoolFull) < times; commit++)
        {
            _database.App.Insert(10, 3000);
            await Task.Delay(50);
        }
    }

    /// <summary>Commits, and waits until the first replica holds that.</summary>
    private async Task CommitAsync(RunningReplication replication)
    {
        await replication.UntilAsync(() => IsCurrent(replication), "the healthy one is up to date");
        var before = replication.Status.Position;
        _database.App.Insert();
        await replication.UntilAsync(() => replication.Status.Position != before && IsCurrent(replication), "the healthy one holds the commit");
    }

    private async Task AssertBothHoldAsync()
    {
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database, "away"));
    }

    private static bool IsCurrent(RunningReplication replication)
    {
        var status = replication.Status;
        return status.Replicas[0] is { Position: { } position, LagBytes: 0 } && position == status.Position;
    }
}
