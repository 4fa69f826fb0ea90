using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Retention;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Retention;

public sealed class RetentionPlannerTests
{
    private static readonly HashSet<GenerationId> s_none = [];

    [Theory]
    // the newest snapshot from before the cut-off stays, and all that follows
    [InlineData(10, "s0@0 0:0@1 s1@5 1:0@6 s2@9 2:0@11 s3@12 3:0@13", "1/s2 1/s3 1/2:0 1/3:0")]
    [InlineData(9, "s0@0 0:0@1 s1@5 1:0@6 s2@9 2:0@11", "1/s2 1/2:0")]
    [InlineData(8, "s0@0 0:0@1 s1@5 1:0@6 s2@9 2:0@11", "1/s1 1/s2 1/1:0 1/2:0")]
    // without one nothing can go
    [InlineData(10, "s0@0 0:0@1 0:32@20", "1/s0 1/0:0 1/0:32")]
    [InlineData(10, "s0@11 0:0@12 s1@13 1:0@20", "1/s0 1/s1 1/0:0 1/1:0")]
    // the index of the last segment stays
    [InlineData(10, "s0@0 0:0@1 1:0@2 1:32@3 s2@4", "1/s2 1/1:0 1/1:32")]
    [InlineData(10, "s0@0 0:0@1 1:0@2 s2@3 2:0@4", "1/s2 1/2:0")]
    // what an interrupted deletion has left goes
    [InlineData(10, "0:0@1 1:0@2 s2@3 2:0@4", "1/s2 1/2:0")]
    // a snapshot that may hold more than its own WAL brings by then needs the one before, see the restore's plan
    [InlineData(10, "s0@0 0:0@1 1:0@2 s1@3 1:32@12", "1/s0 1/s1 1/0:0 1/1:0 1/1:32")]
    [InlineData(10, "s0@0 0:0@1 1:0@2 s1@3 1:32@9 1:64@12", "1/s1 1/1:0 1/1:32 1/1:64")]
    // clocks that went astray: what is needed for a later time stays
    [InlineData(10, "s0@0 0:0@30 s1@5 1:0@6", "1/s0 1/s1 1/0:0 1/1:0")]
    public async Task ForWindow_keeps_what_restores_to_the_window_need(int cutOff, string objects, string left)
    {
        var listing = new Listing().Add(1, objects);
        await ExecuteAsync(listing, Plan(listing, cutOff));
        Assert.Equal(left, listing.Show());
    }

    [Theory]
    // generation 1 ended before the window, which generation 2 begins
    [InlineData(10, "s0@0 0:0@1", "s0@5 0:0@20", RetentionReason.Outdated, RetentionReason.InWindow)]
    // nothing but generation 1 restores the beginning of the window
    [InlineData(10, "s0@0 0:0@1", "s0@12 0:0@20", RetentionReason.StartsWindow, RetentionReason.InWindow)]
    // all is old: what was last stays
    [InlineData(10, "s0@0 0:0@1", "s0@2 0:0@3", RetentionReason.Outdated, RetentionReason.StartsWindow)]
    [InlineData(10, "s0@0 0:0@1", "0:0@3", RetentionReason.StartsWindow, RetentionReason.NotRestorable)]
    [InlineData(10, "s0@0 0:0@1", "0:0@13", RetentionReason.StartsWindow, RetentionReason.InWindow)]
    // the newer one has a gap, and nobody knows what for
    [InlineData(10, "s0@0 0:0@1", "s0@2 0:0@3 2:0@4", RetentionReason.StartsWindow, RetentionReason.StartsWindow)]
    public void ForWindow_tells_why(int cutOff, string first, string second, RetentionReason one, RetentionReason two)
    {
        var listing = new Listing().Add(1, first).Add(2, second);
        Assert.Equal([one, two], Plan(listing, cutOff).Generations.Select(g => g.Reason));
    }

    [Fact]
    public void ForWindow_never_lets_a_generation_in_use_go_nor_its_newest_snapshot()
    {
        var listing = new Listing().Add(1, "s0@0 0:0@1 s1@2 1:0@3").Add(2, "s0@4 0:0@5");
        var plan = RetentionPlanner.ForWindow("memory", listing.Generations(), ReplicaBuilder.At(30), new HashSet<GenerationId> { Listing.Id(1) });
        var used = plan.Generations[0];
        Assert.Equal((RetentionReason.InUse, false), (used.Reason, used.IsWhole));
        Assert.Equal([1], used.KeptSnapshots.Select(s => s.Index));
        Assert.Equal(ReplicaBuilder.At(2), used.RestorableFrom);
    }

    [Fact]
    public void ForWindow_tells_what_goes()
    {
        var listing = new Listing().Add(1, "s0@0 0:0@1 0:32@2 s1@3 1:0@4").Add(2, "s0@0 0:0@1");
        var plan = Plan(listing, 10);
        Assert.Equal((2, 3, 5L), (plan.SnapshotCount, plan.SegmentCount, plan.Size));
        Assert.Equal([false, true], plan.Generations.Select(g => g.IsWhole));
        Assert.False(plan.IsEmpty);
        Assert.True(Plan(listing, 0).IsEmpty);
    }

    [Fact]
    public void ForWindow_finds_nothing_to_let_go_in_a_generation_without_objects()
    {
        var plan = RetentionPlanner.ForWindow("memory", [new(Listing.Id(1), [], [])], ReplicaBuilder.At(10), s_none);
        Assert.Equal(RetentionReason.NotRestorable, Assert.Single(plan.Generations).Reason);
        Assert.True(plan.IsEmpty);
    }

    [Fact]
    public async Task Every_time_inside_the_window_restores_as_before()
    {
        var deleted = 0;
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var listing = Listing.Random(random);
            var cutOff = random.Next(45);
            var after = listing.Copy();
            var plan = Plan(after, cutOff);
            await ExecuteAsync(after, plan);
            deleted += plan.SnapshotCount + plan.SegmentCount;
            foreach (var time in Enumerable.Range(0, 30).Select(m => cutOff + m / 2.0))
            {
                RestoreRequest request = new() { Timestamp = ReplicaBuilder.At(time) };
                if (await listing.PlanAsync(request) is { } end) Assert.True(end == await after.PlanAsync(request), $"seed {seed}, minute {time}: {listing.Show()} → {after.Show()}");
            }

            if (await listing.PlanAsync(new()) is { } latest) Assert.True(latest == await after.PlanAsync(new()), $"seed {seed}");
            Assert.True(Plan(after, cutOff).IsEmpty, $"seed {seed}: what goes, goes at once");
        }

        Assert.True(deleted > 250, $"only {deleted} objects were let go");
    }

    [Theory]
    [InlineData(new[] { 1 }, false, new[] { RetentionReason.Asked })]
    [InlineData(new[] { 2 }, false, new[] { RetentionReason.Asked })]
    [InlineData(new[] { 1, 2 }, false, new[] { RetentionReason.Asked, RetentionReason.LastRestorable })]
    [InlineData(new[] { 1, 2, 3 }, false, new[] { RetentionReason.Asked, RetentionReason.LastRestorable, RetentionReason.Asked })]
    [InlineData(new[] { 1, 2, 3 }, true, new[] { RetentionReason.Asked, RetentionReason.Asked, RetentionReason.Asked })]
    public void ForGenerations_keeps_the_last_that_can_be_restored(int[] asked, bool evenLast, RetentionReason[] expected)
    {
        var listing = new Listing().Add(1, "s0@0 0:0@1").Add(2, "s0@2 0:0@3").Add(3, "0:0@9");
        var plan = RetentionPlanner.ForGenerations("memory", listing.Generations(), asked.Select(Listing.Id).ToHashSet(), s_none, evenLast);
        Assert.Equal(expected, plan.Generations.Select(g => g.Reason));
        Assert.All(plan.Generations, g => Assert.Equal(g.Reason == RetentionReason.Asked, g.IsWhole));
    }

    [Fact]
    public void ForGenerations_keeps_one_in_use()
    {
        var listing = new Listing().Add(1, "s0@0 0:0@1").Add(2, "s0@2 0:0@3");
        var plan = RetentionPlanner.ForGenerations("memory", listing.Generations(),
            new HashSet<GenerationId> { Listing.Id(1), Listing.Id(2) }, new HashSet<GenerationId> { Listing.Id(2) }, evenLast: true);
        Assert.Equal([RetentionReason.Asked, RetentionReason.InUse], plan.Generations.Select(g => g.Reason));
    }

    [Theory]
    [InlineData(1, 9)]
    [InlineData(200_000_000, 0)]
    public void CutOff_has_a_beginning(int minutes, int expected)
    {
        var cutOff = RetentionPlanner.CutOff(ReplicaBuilder.At(10), minutes < 1000 ? TimeSpan.FromMinutes(minutes) : TimeSpan.MaxValue);
        Assert.Equal(minutes < 1000 ? ReplicaBuilder.At(expected) : DateTimeOffset.MinValue, cutOff);
    }

    private static RetentionPlan Plan(Listing listing, int cutOff) =>
        RetentionPlanner.ForWindow("memory", listing.Generations(), ReplicaBuilder.At(cutOff), s_none);

    private static Task ExecuteAsync(Listing listing, RetentionPlan plan) => new RetentionExecutor(listing.Client).ExecuteAsync(plan, default);
}
