using Litestream.Engine.Replication;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class SignalTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Signal _signal = new();

    [Fact]
    public async Task A_signal_before_the_wait_is_kept_and_counts_once()
    {
        _signal.Set();
        _signal.Set();
        Assert.True(_signal.IsSet);
        Assert.True(await Wait());
        Assert.False(_signal.IsSet);
        var second = Wait();
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await second);
    }

    /// <summary>A timer drops what is less than a millisecond: the recording loop looked at the clock 50,000 times a second for it.</summary>
    [Fact]
    public async Task A_wait_of_less_than_a_millisecond_is_one()
    {
        var wait = _signal.WaitAsync(TimeSpan.FromTicks(1), _time, default);
        Assert.False(wait.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await wait);
    }

    [Fact]
    public async Task A_signal_ends_the_wait()
    {
        var wait = Wait();
        Assert.False(wait.IsCompleted);
        _signal.Set();
        Assert.True(await wait);
        Assert.False(_signal.IsSet);
    }

    [Fact]
    public async Task A_signal_after_the_time_is_over_is_for_the_next_wait()
    {
        var wait = Wait();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await wait);
        _signal.Set();
        Assert.True(await Wait());
    }

    [Fact]
    public async Task A_wait_of_no_time_only_looks()
    {
        Assert.False(await _signal.WaitAsync(TimeSpan.Zero, _time, default));
        _signal.Set();
        Assert.True(await _signal.WaitAsync(TimeSpan.Zero, _time, default));
        Assert.False(await _signal.WaitAsync(TimeSpan.Zero, _time, default));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_and_keeps_the_signal_for_the_next()
    {
        using var stop = new CancellationTokenSource();
        var wait = Wait(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        _signal.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait(stop.Token));
        Assert.True(await Wait());
    }

    [Fact]
    public async Task No_signal_is_lost_between_waits()
    {
        var sent = 0;
        using var stop = new CancellationTokenSource();
        var sender = Task.Run(() =>
        {
            for (; sent < 20_000; Interlocked.Increment(ref sent)) _signal.Set();
        });
        var seen = 0;
        while (seen < 20_000)
        {
            Assert.True(await _signal.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, stop.Token));
            seen = Volatile.Read(ref sent);
            if (sender.IsCompleted) break;
        }

        await sender;
    }

    private Task<bool> Wait(CancellationToken stop = default) => _signal.WaitAsync(TimeSpan.FromSeconds(10), _time, stop);
}
