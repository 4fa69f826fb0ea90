using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Retention;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Retention;

public sealed class RetentionExecutorTests
{
    private static readonly HashSet<GenerationId> s_none = [];

    [Fact]
    public async Task An_interruption_at_any_moment_leaves_what_is_listed_restorable_and_the_next_run_ends_it()
    {
        var interruptions = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var before = Listing.Random(random);
            var cutOff = random.Next(20, 45);
            var done = before.Copy();
            await new RetentionExecutor(done.Client).ExecuteAsync(Plan(done, cutOff), default);

            for (var deletions = 0; deletions < before.Client.Objects.Count - done.Client.Objects.Count; deletions++, interruptions++)
            {
                var listing = before.Copy();
                var executor = new RetentionExecutor(new InterruptedClient(listing.Client, deletions, random));
                var error = await Assert.ThrowsAsync<LitestreamException>(() => executor.ExecuteAsync(Plan(listing, cutOff), default));
                Assert.Equal(ErrorCode.ReplicaUnavailable, error.Code);
                var place = $"seed {seed} after {deletions}: {before.Show()} → {listing.Show()}";
                foreach (var request in Points(listing).Append(new() { Timestamp = ReplicaBuilder.At(cutOff) }).Append(new()))
                    Assert.True(await before.PlanAsync(request) == await listing.PlanAsync(request), $"{place}: {request}");
                AssertBegins(before, listing, place);
                Assert.True(listing.Unpaired().Marks == 0, place);

                await new RetentionExecutor(listing.Client).ExecuteAsync(Plan(listing, cutOff), default);
                Assert.True(done.Show() == listing.Show(), place);
                Assert.True(listing.Unpaired() == default, place);
            }
        }

        Assert.True(interruptions > 120, $"only {interruptions} interruptions");
    }

    [Theory]
    [InlineData("0:32@4")]
    [InlineData("s1@4")]
    public async Task A_generation_that_has_grown_since_the_plan_is_not_deleted(string grown)
    {
        var listing = new Listing().Add(1, "s0@0 0:0@1").Add(2, "s0@2 0:0@3");
        var plan = RetentionPlanner.ForGenerations("memory", listing.Generations(), new HashSet<GenerationId> { Listing.Id(1) }, s_none, evenLast: false);
        listing.Add(1, grown);
        var before = listing.Show();
        var error = await Assert.ThrowsAsync<LitestreamException>(() => new RetentionExecutor(listing.Client).ExecuteAsync(plan, default));
        Assert.Equal((ErrorCode.ReplicaChanged, "generations/0000000000000001/"), (error.Code, error.Target));
        Assert.Equal(before, listing.Show());
    }

    [Fact]
    public async Task Nothing_is_deleted_when_what_was_to_stay_is_gone()
    {
        var listing = new Listing().Add(1, "s0@0 0:0@1 s1@2 1:0@3");
        var plan = Plan(listing, 10);
        listing.Client.Objects.TryRemove(ObjectKey.Snapshot(Listing.Id(1), 1), out _);
        var error = await Assert.ThrowsAsync<LitestreamException>(() => new RetentionExecutor(listing.Client).ExecuteAsync(plan, default));
        Assert.Equal(ErrorCode.ReplicaChanged, error.Code);
        Assert.Equal("1/s0 1/0:0 1/1:0", listing.Show());
    }

    [Fact]
    public async Task Marks_that_Litestreams_own_retention_has_left_go_with_the_next_snapshot()
    {
        var listing = new Listing().Add(1, "s0@0 s1@1 1:0@2 s2@3 2:0@20");
        listing.Client.Objects.TryRemove(ObjectKey.Snapshot(Listing.Id(1), 0), out _);

        await new RetentionExecutor(listing.Client).ExecuteAsync(Plan(listing, 10), default);

        Assert.Equal([2], Assert.Single(listing.Generations()).Marks);
    }

    /// <summary>Behind the first snapshot that stays nobody lets a snapshot go: that it is missing has to stay known.</summary>
    [Fact]
    public async Task The_mark_of_a_lost_snapshot_behind_one_that_stays_is_kept()
    {
        var listing = new Listing().Add(1, "s0@0 0:0@1 s1@2 1:0@12 s2@13 2:0@20");
        listing.Client.Objects.TryRemove(ObjectKey.Snapshot(Listing.Id(1), 2), out _);

        await new RetentionExecutor(listing.Client).ExecuteAsync(Plan(listing, 10), default);

        Assert.Equal([1, 2], Assert.Single(listing.Generations()).Marks);
    }

    /// <summary>Nothing of it is there afterwards, and no mark tells of a loss.</summary>
    [Fact]
    public async Task The_marks_of_lost_snapshots_go_with_their_generation()
    {
        var listing = new Listing().Add(1, "s0@0 0:0@1 s1@2 1:0@3").Add(2, "s0@5 0:0@20");
        listing.Client.Objects.TryRemove(ObjectKey.Snapshot(Listing.Id(1), 1), out _);

        await new RetentionExecutor(listing.Client).ExecuteAsync(Plan(listing, 10), default);

        Assert.DoesNotContain(listing.Client.Objects.Keys, k => k.StartsWith(ObjectKey.Generation(Listing.Id(1)), StringComparison.Ordinal));
    }

    /// <summary>What was to go is gone; where something was to stay, that is somebody's loss.</summary>
    [Theory]
    [InlineData("s0@0 0:0@1", null)]
    [InlineData("s0@0 0:0@1 s1@2 1:0@20", ErrorCode.ReplicaChanged)]
    public async Task A_generation_that_somebody_else_has_deleted_since_the_plan(string objects, ErrorCode? expected)
    {
        var listing = new Listing().Add(1, objects).Add(2, "s0@5 0:0@20");
        var plan = Plan(listing, 10);
        Assert.Equal(expected is null, plan.Generations[0].IsWhole);
        foreach (var key in listing.Client.Objects.Keys.Where(k => k.StartsWith(ObjectKey.Generation(Listing.Id(1)), StringComparison.Ordinal)))
            listing.Client.Objects.TryRemove(key, out _);

        var error = await Record.ExceptionAsync(() => new RetentionExecutor(listing.Client).ExecuteAsync(plan, default));

        Assert.Equal(expected, (error as LitestreamException)?.Code);
        Assert.Equal("2/s0 2/0:0", listing.Show());
    }

    [Fact]
    public async Task A_restore_that_runs_meanwhile_fails_with_a_typed_error()
    {
        using var folder = new TempFolder();
        var builder = new ReplicaBuilder().Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2).Segment().Snapshot(1).Wal(1).Commit(4, 3, 3).Segment();
        var plan = await new RestorePlanner(builder.Client).PlanAsync(new() { Timestamp = ReplicaBuilder.At(2) }, default);
        Assert.Equal(2, plan.Segments.Count);
        var generations = await new Engine.Replicas.ReplicaCatalog(builder.Client).ListGenerationsAsync(default).ToListAsync();
        var retention = RetentionPlanner.ForWindow("memory", generations, ReplicaBuilder.At(10), s_none);
        await new RetentionExecutor(builder.Client).ExecuteAsync(retention, default);

        var target = folder["restored.db"];
        var error = await Assert.ThrowsAsync<LitestreamException>(
            () => new Restorer(new()).RestoreAsync(builder.Client, plan, target, new() { Check = IntegrityCheckMode.None }, null, default));
        Assert.Equal((ErrorCode.ObjectMissing, plan.Snapshot.Key), (error.Code, error.Target));
        Assert.False(File.Exists(target));
    }

    [Fact]
    public async Task A_generation_that_is_deleted_whole_leaves_no_folder()
    {
        using var folder = new TempFolder();
        await using var client = Engine.Replicas.ReplicaClients.Open(folder["replica"], "/", new());
        var (first, second) = (new ReplicaBuilder("1111111111111111"), new ReplicaBuilder("2222222222222222"));
        await first.Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(1).CopyToAsync(client);
        await second.Snapshot(0, minute: 2).Wal(0).Commit(2, 3, 1).Segment(3).CopyToAsync(client);
        var generations = await new Engine.Replicas.ReplicaCatalog(client).ListGenerationsAsync(default).ToListAsync();
        await new RetentionExecutor(client).ExecuteAsync(RetentionPlanner.ForWindow(client.Url, generations, ReplicaBuilder.At(9), s_none), default);
        Assert.Equal([folder["replica/generations/2222222222222222"]], Directory.GetDirectories(folder["replica/generations"]));
    }

    /// <summary>Every index that is listed above the first snapshot of its generation.</summary>
    private static IEnumerable<RestoreRequest> Points(Listing listing) =>
        from generation in listing.Generations()
        where generation.Snapshots.Count > 0
        from index in generation.Segments.Select(s => s.Start.Index).Concat(generation.Snapshots.Select(s => s.Index)).Distinct()
        where index >= generation.Snapshots[0].Index
        select new RestoreRequest { Generation = generation.Id, Index = index };

    /// <summary>Litestream 0.3.13 refuses a listing with an index whose first segment is not there.</summary>
    private static void AssertBegins(Listing before, Listing listing, string place)
    {
        var begun = Firsts(before).ToHashSet();
        Assert.True(Firsts(listing).ToHashSet().SetEquals(begun.Intersect(Indexes(listing))), place);

        static IEnumerable<(GenerationId, int)> Indexes(Listing l) => l.Generations().SelectMany(g => g.Segments).Select(s => (s.Generation, s.Start.Index));
        static IEnumerable<(GenerationId, int)> Firsts(Listing l) =>
            l.Generations().SelectMany(g => g.Segments).Where(s => s.Start.Offset == 0).Select(s => (s.Generation, s.Start.Index));
    }

    private static RetentionPlan Plan(Listing listing, int cutOff) =>
        RetentionPlanner.ForWindow("memory", listing.Generations(), ReplicaBuilder.At(cutOff), s_none);
}
