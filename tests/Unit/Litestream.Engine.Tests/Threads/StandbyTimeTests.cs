using Litestream.Engine.Threads;
using Xunit;

namespace Litestream.Engine.Tests.Threads;

public sealed class StandbyTimeTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(20);

    private readonly StandbyTime _time = new(new StandbyThreads("test", TimeSpan.FromMinutes(1), most: 2));

    [Fact]
    public async Task Who_has_waited_goes_on_where_the_timer_fired()
    {
        var name = await WaitAsync(() => Thread.CurrentThread.Name);
        Assert.Equal("test", name);
    }

    [Fact]
    public async Task A_wait_lasts_as_long_as_it_is_to()
    {
        foreach (var milliseconds in new[] { 1, 30, 5, 100, 0 })
        {
            var began = _time.GetTimestamp();
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _time);
            Assert.InRange(_time.GetElapsedTime(began).TotalMilliseconds, milliseconds - 20, double.MaxValue); // the system's clock of milliseconds ticks more slowly than that
        }
    }

    [Fact]
    public async Task The_first_that_is_due_comes_first()
    {
        var late = Task.Delay(TimeSpan.FromSeconds(60), _time);
        var waits = new[] { 200, 0, 100 }.Select(async (milliseconds, number) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _time);
            return number;
        }).ToList();
        Assert.Same(waits[1], await Task.WhenAny(waits));
        var all = await Task.WhenAll(waits);
        Assert.Equal([0, 1, 2], all);
        Assert.False(late.IsCompleted);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var wait = Task.Delay(TimeSpan.FromMinutes(10), _time, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public async Task A_periodic_timer_ticks_until_it_is_told_otherwise()
    {
        using var timer = new PeriodicTimer(s_moment, _time);
        for (var tick = 0; tick < 3; tick++) Assert.True(await timer.WaitForNextTickAsync());
        timer.Period = Timeout.InfiniteTimeSpan;
        var next = timer.WaitForNextTickAsync().AsTask();
        if (await Task.WhenAny(next, Task.Delay(s_moment * 5)) == next) next = timer.WaitForNextTickAsync().AsTask(); // one that came before
        Assert.NotSame(next, await Task.WhenAny(next, Task.Delay(s_moment * 5)));
        timer.Period = s_moment;
        Assert.True(await next);
    }

    [Fact]
    public void A_disposed_timer_can_not_be_set()
    {
        var timer = _time.CreateTimer(_ => Assert.Fail("it has fired"), null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);
        timer.Dispose();
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task Those_that_wait_for_something_else_keep_no_timer_from_firing()
    {
        using var never = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, 4).Select(_ => WaitAsync(() =>
        {
            never.Wait();
            return true;
        })).ToList();
        await Task.Delay(s_moment * 3, _time);
        Assert.DoesNotContain(blocked, b => b.IsCompleted);
        never.Set();
        await Task.WhenAll(blocked);
    }

    [Fact]
    public async Task The_callers_context_comes_along()
    {
        var mine = new AsyncLocal<string> { Value = "mine" };
        var seen = new TaskCompletionSource<string?>();
        await using var timer = _time.CreateTimer(_ => seen.SetResult(mine.Value), null, s_moment, Timeout.InfiniteTimeSpan);
        Assert.Equal("mine", await seen.Task);
    }

    /// <summary>As the engine waits.</summary>
    private async Task<T> WaitAsync<T>(Func<T> then)
    {
        await Task.Delay(s_moment, _time).ConfigureAwait(false);
        return then();
    }
}
