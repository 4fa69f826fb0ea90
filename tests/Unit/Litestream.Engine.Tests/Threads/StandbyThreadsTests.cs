using Litestream.Engine.Threads;
using Xunit;

namespace Litestream.Engine.Tests.Threads;

public sealed class StandbyThreadsTests
{
    [Fact]
    public async Task One_thread_does_what_comes_one_after_the_other()
    {
        var threads = new StandbyThreads("test", TimeSpan.FromMinutes(1));
        var ids = new List<int>();
        for (var i = 0; i < 50; i++)
        {
            ids.Add(await threads.RunAsync(() => Environment.CurrentManagedThreadId));
            await UntilAsync(() => threads.Idle == 1);
        }

        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task Who_waits_for_ever_keeps_nobody_waiting()
    {
        var threads = new StandbyThreads("test", TimeSpan.FromMinutes(1));
        using var never = new ManualResetEventSlim();
        var hanging = Enumerable.Range(0, 20).Select(i => threads.RunAsync(() =>
        {
            never.Wait();
            return i;
        })).ToList();

        Assert.Equal(7, await threads.RunAsync(() => 7));
        Assert.DoesNotContain(hanging, h => h.IsCompleted);
        never.Set();
        Assert.Equal(Enumerable.Range(0, 20), await Task.WhenAll(hanging));
    }

    [Fact]
    public async Task Many_at_once_are_all_done()
    {
        var threads = new StandbyThreads("test", TimeSpan.FromMinutes(1));
        await Parallel.ForAsync(0, 2000, async (i, _) => Assert.Equal(i, await threads.RunAsync(() => i)));
    }

    [Fact]
    public async Task Threads_without_work_end()
    {
        var threads = new StandbyThreads("test", TimeSpan.FromMilliseconds(20));
        var first = await threads.RunAsync(() => Thread.CurrentThread);
        await UntilAsync(() => !first.IsAlive);
        Assert.Equal(0, threads.Idle);
        Assert.Equal(3, await threads.RunAsync(() => 3));
    }

    [Fact]
    public async Task Those_that_many_at_once_have_needed_end_though_there_is_always_something_to_do()
    {
        var threads = new StandbyThreads("test", TimeSpan.FromMilliseconds(200));
        using var all = new Barrier(21);
        var many = Enumerable.Range(0, 20).Select(_ => threads.RunAsync(() =>
        {
            all.SignalAndWait();
            return true;
        })).ToList();
        all.SignalAndWait();
        await Task.WhenAll(many);
        await UntilAsync(() => threads.Idle == 20);

        while (threads.Idle > 2) await threads.RunAsync(() => Thread.CurrentThread);
    }

    [Fact]
    public async Task What_fails_there_fails_for_the_caller()
    {
        var threads = new StandbyThreads("test", TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<IOException>(() => threads.RunAsync<int>(() => throw new IOException("no")));
        Assert.Equal(1, await threads.RunAsync(() => 1));
    }

    [Fact]
    public async Task What_belongs_to_the_caller_does_not_stay_there()
    {
        var threads = new StandbyThreads("test", TimeSpan.FromMinutes(1));
        var mine = new AsyncLocal<string> { Value = "mine" };
        Assert.Null(await threads.RunAsync(() => mine.Value));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(1);
    }
}
