using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class WatchdogTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly CancellationTokenSource _stop = new();
    private readonly EventLog _events;
    private readonly Task _running;
    private DateTimeOffset _lastLook;
    private Position? _position;
    private ReplicaStatus _replica = new("replica");
    private int _looks;

    public WatchdogTests()
    {
        _events = new(_database.Path, _time);
        _lastLook = _time.GetUtcNow();
        SetWalTime(_lastLook.AddSeconds(-5));
        var watchdog = new Watchdog(new() { DatabasePath = _database.Path }, new() { Time = _time }, _events);
        _running = watchdog.RunAsync(() => (_lastLook, _position), Replicas, _stop.Token);
    }

    [Fact]
    public void A_source_that_does_not_move_is_no_stall()
    {
        Pass(20);
        Assert.Empty(Events());
    }

    [Fact]
    public void A_source_that_moves_and_is_not_looked_at_is_told_once_after_three_intervals()
    {
        SetWalTime(_lastLook.AddSeconds(1));
        Pass(3);
        Assert.Empty(Events());
        Pass(1);
        var stall = Assert.Single(Events());
        Assert.Equal((ReplicationEventKind.Stalled, ReplicationSeverity.Error), (stall.Kind, stall.Severity));
        Assert.Equal(ErrorCode.ReplicationStalled, Assert.IsType<LitestreamException>(stall.Error).Code);
        Pass(10);
        Assert.Empty(Events());
    }

    [Fact]
    public void A_position_that_moves_is_no_stall()
    {
        SetWalTime(_lastLook.AddSeconds(1));
        for (var offset = 1; offset < 8; offset++)
        {
            _position = new(0, offset);
            Pass(1);
        }

        Assert.Empty(Events());
        Pass(4);
        Assert.Single(Events());
    }

    [Fact]
    public void A_second_stall_is_told_again()
    {
        SetWalTime(_lastLook.AddSeconds(1));
        Pass(5);
        Assert.Single(Events());
        _lastLook = _time.GetUtcNow();
        Pass(1);
        SetWalTime(_lastLook.AddSeconds(1));
        Pass(5);
        Assert.Single(Events());
    }

    [Fact]
    public void A_replica_that_lags_is_told_with_its_name()
    {
        _replica = _replica with { Lag = TimeSpan.FromSeconds(3) };
        Pass(1);
        Assert.Empty(Events());
        _replica = _replica with { Lag = TimeSpan.FromSeconds(3.1) };
        Pass(3);
        Assert.Equal("replica", Assert.Single(Events()).ReplicaUrl);
    }

    [Fact]
    public void A_database_without_a_WAL_is_no_stall()
    {
        _database.CloseApp();
        Assert.False(File.Exists(_database.WalPath));
        Pass(10);
        Assert.Empty(Events());
    }

    public void Dispose()
    {
        _stop.Cancel();
        ((IAsyncResult)_running).AsyncWaitHandle.WaitOne();
        _stop.Dispose();
        _database.Dispose();
    }

    /// <summary>Lets intervals pass and waits for the look at the end of each.</summary>
    private void Pass(int intervals)
    {
        for (var i = 0; i < intervals; i++)
        {
            var looks = Volatile.Read(ref _looks);
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _looks) > looks, TimeSpan.FromSeconds(20)));
        }
    }

    private IEnumerable<ReplicaStatus> Replicas()
    {
        yield return _replica;
        // only here has it been looked at
        Interlocked.Increment(ref _looks);
    }

    private void SetWalTime(DateTimeOffset time) => File.SetLastWriteTimeUtc(_database.WalPath, time.UtcDateTime);

    private List<ReplicationEvent> Events()
    {
        var events = new List<ReplicationEvent>();
        while (_events.Reader.TryRead(out var happened)) events.Add(happened);
        return events;
    }
}
