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
    private readonly Watchdog _watchdog;
    private readonly Task _running;
    private DateTimeOffset _lastLook;
    private Position? _position;
    private bool _isOpen = true;
    private bool _isEnding;
    private long _cutAt;
    private bool _isUncut;
    private long? _snapshotBytes;
    private ReplicaPulse _replica = new("replica", HasWork: false, 0);
    private int _looks;
    private bool _isToldAtOnce;

    public WatchdogTests()
    {
        _events = new(_database.Path, _time);
        _lastLook = _time.GetUtcNow();
        SetWalTime(_lastLook.AddSeconds(-5));
        var watchdog = _watchdog = new Watchdog(new() { DatabasePath = _database.Path }, new() { Time = _time }, _events);
        _cutAt = _time.GetTimestamp();
        _running = watchdog.RunAsync(Source, Replicas, _stop.Token);
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
        SetWalTime(_lastLook.AddSeconds(0.1));
        Pass(2.5);
        Assert.Empty(Events());
        Pass(0.5);
        var stall = Assert.Single(Events());
        Assert.Equal((ReplicationEventKind.Stalled, ReplicationSeverity.Error), (stall.Kind, stall.Severity));
        Assert.Equal(ErrorCode.ReplicationStalled, Assert.IsType<LitestreamException>(stall.Error).Code);
        Pass(10);
        Assert.Empty(Events());
    }

    [Fact]
    public void A_source_that_moves_while_the_last_sync_takes_its_time_is_no_stall_and_a_replica_that_stands_still_is_one()
    {
        _isEnding = true;
        SetWalTime(_lastLook.AddSeconds(1));
        _replica = _replica with { HasWork = true };
        Pass(10);
        Assert.Contains("replica", Assert.Single(Events()).Message, StringComparison.Ordinal);
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
        Pass(3);
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
    public void Captured_changes_that_do_not_get_into_the_spool_are_told_though_looks_succeed()
    {
        _cutAt = _time.GetTimestamp();
        _isUncut = true;
        for (var i = 0; i < 5; i++)
        {
            _lastLook = _time.GetUtcNow();
            Pass(0.5);
        }

        Assert.Empty(Events());
        Pass(0.5);
        Assert.Contains("metadata folder", Assert.Single(Events()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_changes_while_it_is_not_open_is_told()
    {
        _isOpen = false;
        File.SetLastWriteTimeUtc(_database.Path, _lastLook.AddSeconds(0.1).UtcDateTime);
        Pass(2.5);
        Assert.Empty(Events());
        Pass(0.5);
        Assert.Single(Events());
    }

    [Fact]
    public void A_snapshot_that_does_not_move_is_told()
    {
        _snapshotBytes = 0;
        Pass(2);
        _snapshotBytes = 4096;
        Pass(2.5);
        Assert.Empty(Events());
        Pass(0.5);
        Assert.Contains("snapshot", Assert.Single(Events()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replica_that_does_not_get_on_is_told_with_its_name()
    {
        Pass(5);
        _replica = _replica with { HasWork = true };
        Pass(2.5);
        Assert.Empty(Events());
        Pass(0.5);
        Assert.Equal("replica", Assert.Single(Events()).ReplicaUrl);
        Pass(10);
        Assert.Empty(Events());
    }

    [Fact]
    public void A_replica_that_gets_on_slowly_is_no_stall()
    {
        for (var headway = 0; headway < 5; headway++)
        {
            _replica = new("replica", HasWork: true, headway);
            Pass(2);
        }

        Assert.Empty(Events());
    }

    [Fact]
    public void Where_nothing_has_work_it_rests_and_what_comes_then_is_told_in_time()
    {
        _isToldAtOnce = true;
        Pass(2.5);
        Rest();
        var looks = Volatile.Read(ref _looks);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(looks, Volatile.Read(ref _looks));

        SetWalTime(_time.GetUtcNow());
        _watchdog.Wake();
        WaitForLook(looks);
        Pass(2.5);
        Assert.Empty(Events());
        Pass(0.5);
        Assert.Single(Events());
        Pass(10);
        Assert.Empty(Events());
    }

    [Fact]
    public void It_looks_now_and_then_though_nobody_wakes_it()
    {
        _isToldAtOnce = true;
        Pass(2.5);
        Rest();
        SetWalTime(_time.GetUtcNow());
        var looks = Volatile.Read(ref _looks);
        WaitForLook(looks, () => _time.Advance(TimeSpan.FromSeconds(1)));
        Pass(3);
        Assert.Single(Events());
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

    /// <summary>Lets intervals of a second pass, and waits for the look at the end of each quarter.</summary>
    private void Pass(double intervals)
    {
        for (var i = 0; i < intervals * 4; i++)
        {
            var looks = Volatile.Read(ref _looks);
            _time.Advance(TimeSpan.FromSeconds(0.25));
            WaitForLook(looks);
        }
    }

    private void Rest() => Assert.True(SpinWait.SpinUntil(() => _watchdog.IsResting, TimeSpan.FromSeconds(20)));

    private void WaitForLook(int former, Action? meanwhile = null) => Assert.True(SpinWait.SpinUntil(() =>
    {
        meanwhile?.Invoke();
        return Volatile.Read(ref _looks) > former;
    }, TimeSpan.FromSeconds(20)));

    private SourcePulse? Source() => _isEnding ? null
        : new SourcePulse(_lastLook, _isOpen, _position, _isUncut ? _time.GetElapsedTime(_cutAt) : TimeSpan.Zero, _snapshotBytes, _isToldAtOnce);

    private IEnumerable<ReplicaPulse> Replicas()
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
