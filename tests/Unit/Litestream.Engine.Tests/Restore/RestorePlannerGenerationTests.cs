using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Retention;
using Xunit;
using static Litestream.Engine.Tests.Fakes.ReplicaBuilder;

namespace Litestream.Engine.Tests.Restore;

/// <summary>Which of several generations is planned, and when they are listed once more.</summary>
public sealed class RestorePlannerGenerationTests : RestorePlannerFixture
{
    [Fact]
    public async Task Plan_chooses_the_generation_with_the_newest_fitting_point()
    {
        var (a, b) = ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb");
        Of(b).Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(10);
        Of(a).Snapshot(0, minute: 20).Wal(0).Commit(2, 3, 1).Segment(30);
        Assert.Equal(a, await ChosenAsync(new()));
        Assert.Equal(b, await ChosenAsync(new() { Timestamp = At(15) }));
        Assert.Equal(a, await ChosenAsync(new() { Timestamp = At(20) }));
        Assert.Equal(a, await ChosenAsync(new() { Timestamp = At(99) }));
        Assert.Equal(b, await ChosenAsync(new() { Generation = GenerationId.Parse(b) }));

        ReplicaBuilder Of(string generation) => new(generation) { Client = Replica.Client };
        async Task<string> ChosenAsync(RestoreRequest request) => (await PlanAsync(request)).Generation.ToString();
    }

    [Fact]
    public async Task Plan_passes_over_the_newest_generation_without_a_snapshot_only_when_allowed()
    {
        var newest = GenerationId.Parse("cccccccccccccccc");
        Usual();
        new ReplicaBuilder($"{newest}") { Client = Replica.Client }.Wal(0).Commit(2, 3, 1).Segment(40);
        Assert.Equal(ObjectKey.Snapshot(newest, 0), (await FailAsync(new(), ErrorCode.ObjectMissing)).Target);
        await FailAsync(new() { Timestamp = At(41) }, ErrorCode.ObjectMissing);
        Assert.Empty((await PlanAsync(new() { Timestamp = At(39) })).Warnings);
        Assert.Empty((await PlanAsync(new() { Generation = Replica.Generation })).Warnings);

        var plan = await PlanAsync(new() { AllowPartial = true });

        AssertPlan(plan, 2, (2, 0), (2, Replica.EndOfFrame(1)));
        var warning = Assert.Single(plan.Warnings);
        Assert.Equal((RestoreWarningKind.GenerationSkipped, $"{newest}"), (warning.Kind, warning.Target));
        Assert.Contains("2026-01-01T00:40:00Z", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_of_a_generation_that_was_named_goes_to_its_very_first_time()
    {
        Usual();
        AssertPlan(await PlanAsync(new() { Timestamp = At(0), Generation = Replica.Generation }), 0);
        var e = await FailAsync(new() { Timestamp = At(0).AddTicks(-1), Generation = Replica.Generation }, ErrorCode.RestorePointNotFound);
        Assert.Contains("2026-01-01T00:00:00Z to 2026-01-01T00:06:00Z", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_to_a_time_before_all_generations_says_what_there_is_of_all()
    {
        var client = new Listing().Add(1, "s0@20 0:0@21 s1@25").Add(2, "s0@10 0:0@11").Add(3, "s0@12 0:0@40").Add(4, "0:0@1 0:32@50").Client;
        var e = await FailAsync(new() { Timestamp = At(9) }, ErrorCode.RestorePointNotFound, client);
        Assert.Contains("2026-01-01T00:10:00Z to 2026-01-01T00:40:00Z", e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s0@0 0:0@5", "0:0@5", null, false)] // it has nothing that the other one lacks
    [InlineData("s0@0 0:0@5", "0:0@6", null, true)]
    [InlineData("s0@0 0:0@5", "0:0@4 0:32@6", 5, false)] // nothing by that time
    [InlineData("s0@0 0:0@5", "0:0@4 0:32@6", 6, true)]
    [InlineData("s0@0 0:0@5 0:32@9", "0:0@4 0:32@6", 8, true)]
    public async Task Plan_refuses_to_pass_over_a_generation_without_a_snapshot_only_where_something_is_lost(string objects, string lost, int? minute, bool isRefused)
    {
        var client = new Listing().Add(1, objects).Add(2, lost).Client;
        var request = new RestoreRequest { Timestamp = minute is { } m ? At(m) : null };
        if (!isRefused)
        {
            var plan = await PlanAsync(request, client);
            Assert.Equal((Listing.Id(1), 0), (plan.Generation, plan.Warnings.Count));
            return;
        }

        Assert.Equal(ObjectKey.Snapshot(Listing.Id(2), 0), (await FailAsync(request, ErrorCode.ObjectMissing, client)).Target);
        var warning = Assert.Single((await PlanAsync(request with { AllowPartial = true }, client)).Warnings);
        Assert.Contains("has changes up to 2026-01-01T00:06:00Z but no snapshot", warning.Message, StringComparison.Ordinal);
        Assert.Contains($"the generation {Listing.Id(1)} is restored, which ends at 2026-01-01T00:05:00Z", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_of_several_generations_without_a_snapshot_names_one()
    {
        var client = new Listing().Add(1, "0:0@5").Add(2, "3:0@1").Client;
        Assert.Equal(ObjectKey.Snapshot(Listing.Id(2), 3), (await FailAsync(new(), ErrorCode.ObjectMissing, client)).Target);
    }

    /// <summary>Retention went on between two listings: the next ones show whole what is there.</summary>
    [Fact]
    public async Task Plan_is_made_once_more_where_listings_may_have_been_torn()
    {
        var client = new Listing().Add(1, "s0@0 0:0@1 1:0@2").Client;
        var listings = 0;
        var torn = new HookedReplicaClient(client)
        {
            Lists = (prefix, found) => Task.FromResult<IReadOnlyList<ReplicaObject>>(prefix.EndsWith("wal/", StringComparison.Ordinal) && ++listings == 1 ? [.. found.Skip(1)] : found),
        };
        AssertPlan(await PlanAsync(new(), torn), 0, (0, 0), (1, 0));
        Assert.Equal(2, listings);
    }

    [Fact]
    public async Task Plan_is_made_once_more_where_a_generation_was_not_seen()
    {
        var client = new Listing().Add(1, "s0@0 0:0@1").Client;
        var listings = 0;
        var hidden = new HookedReplicaClient(client)
        {
            Lists = (prefix, found) => Task.FromResult<IReadOnlyList<ReplicaObject>>(++listings <= 2 ? [] : found), // snapshots and WAL
        };
        AssertPlan(await PlanAsync(new() { Generation = Listing.Id(1) }, hidden), 0, (0, 0));
    }

    [Fact]
    public async Task Plan_is_not_made_again_and_again()
    {
        var listings = 0;
        var torn = new HookedReplicaClient(new Listing().Add(1, "s0@0 1:0@1").Client)
        {
            Lists = (prefix, found) =>
            {
                if (prefix.EndsWith("wal/", StringComparison.Ordinal)) listings++;
                return Task.FromResult(found);
            },
        };
        await FailAsync(new(), ErrorCode.ObjectMissing, torn);
        Assert.Equal(2, listings);
        // what is not of the listing is not asked for again
        await FailAsync(new() { Index = 0, Offset = -1 }, ErrorCode.InvalidArgument, torn);
        Assert.Equal(2, listings);
    }
}
