using System.Globalization;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Retention;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>What is read, and what else might do, by names and times alone.</summary>
public sealed class RestoreChainTests
{
    [Theory]
    [InlineData("s0@0 0:0@1 0:32@2 s1@3 1:0@4", "", "s1 1:0 latest | s0 0:0 0:32 1:0 latest")]
    [InlineData("s0@0 0:0@1", "generation", "s0 0:0 latest of it")]
    // a time: what is behind the first later segment is not asked for, even if it is earlier
    [InlineData("s0@0 0:0@1 0:32@5 0:64@2 1:0@3", "@3", "s0 0:0 beyond 0:32 0:64 next 0:32")]
    [InlineData("s0@0 0:0@1 1:0@5", "@3", "s0 0:0 next 1:0")]
    [InlineData("s0@0 0:0@1 1:0@2 1:32@5", "@3", "s0 0:0 1:0 next 1:32")] // beyond is of the snapshot's index alone
    [InlineData("s0@0 0:0@1 s1@1 1:0@5", "@1", "s1 next 1:0 | s0 0:0 next 1:0")]
    [InlineData("s0@0 0:0@1 s1@2 1:0@3", "@1", "s0 0:0 next 1:0")]
    // an index, an offset
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3 1:32@4", "1", "s0 0:0 0:32 1:0 1:32")]
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3 1:32@4", "0", "s0 0:0 0:32 next 1:0")]
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3 1:32@4", "0:40", "s0 0:0 0:32 stop 40 next 1:0")]
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3 1:32@4", "0:32", "s0 0:0 stop 32 beyond 0:32 next 0:32")]
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3 1:32@4", "1:32", "s0 0:0 0:32 1:0 stop 32 next 1:32")]
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3 1:32@4", "1:0", "s0 0:0 0:32 next 1:0")]
    [InlineData("s0@0 0:0@1 s1@2 1:0@3", "0", "s0 0:0 next 1:0")]
    [InlineData("s0@0 0:0@1 s1@2 1:0@3", "1", "s1 1:0 | s0 0:0 1:0")]
    // a snapshot that may hold more than is replayed of its index: where it is cut, the one before it is safer
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@9", "@4", "s0 0:0 1:0 next 1:32 | s1 1:0 beyond 1:32 next 1:32")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@9", "@3", "s0 0:0 1:0 next 1:32 | s1 1:0 beyond 1:32 next 1:32")]
    [InlineData("s0@0 0:0@1 1:0@3 s1@3 1:32@9", "@3", "s1 1:0 beyond 1:32 next 1:32 | s0 0:0 1:0 next 1:32")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@4 1:64@9", "@4", "s1 1:0 1:32 beyond 1:64 next 1:64 | s0 0:0 1:0 1:32 next 1:64")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@2", "@4", "s1 1:0 1:32 | s0 0:0 1:0 1:32")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@9 2:0@4", "@4", "s0 0:0 1:0 next 1:32 | s1 1:0 beyond 1:32 next 1:32")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@4", "1:40", "s0 0:0 1:0 1:32 stop 40 | s1 1:0 1:32 stop 40")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@4 1:64@5", "1:70", "s1 1:0 1:32 1:64 stop 70 | s0 0:0 1:0 1:32 1:64 stop 70")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@4 1:64@5", "1:64", "s0 0:0 1:0 1:32 stop 64 next 1:64 | s1 1:0 1:32 stop 64 beyond 1:64 next 1:64")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@9 2:0@4", "2:8", "s1 1:0 2:0 stop 8 | s0 0:0 1:0 2:0 stop 8")]
    [InlineData("s0@0 0:0@1 s1@3 1:0@4", "1:0", "s0 0:0 next 1:0 | s1 next 1:0")]
    // asked for by number, the index has to be reached
    [InlineData("s0@0 0:0@1 s3@4", "3", "s3")]
    [InlineData("s0@0 0:0@1 s3@4", "0", "s0 0:0")]
    [InlineData("s0@0 0:0@1 s3@4", "1:0", "s0 0:0")]
    [InlineData("s5@0", "5", "s5")]
    [InlineData("s5@0", "5:0", "s5")]
    // chains that end earlier are no alternatives
    [InlineData("s0@0 0:0@1 s2@2 2:0@3", "", "s2 2:0 latest")]
    [InlineData("s0@0 0:0@1 s2@2", "", "s2 latest")]
    [InlineData("s0@0 0:0@1 s1@2", "", "s1 latest | s0 0:0 latest")]
    public void A_whole_restore_takes_the_newest_safe_chain(string objects, string request, string expected) => Assert.Equal(expected, Choose(objects, Request(request)));

    [Theory]
    [InlineData("s0@0 0:0@1 2:0@2", "", "1:0", "index 0 (2026-01-01T00:01:00Z)")]
    [InlineData("s0@0 0:0@1 1:32@2", "", "1:0", "index 0 (2026-01-01T00:01:00Z)")]
    [InlineData("s0@0 1:0@1", "", "0:0", "index 0, offset 0 (2026-01-01T00:00:00Z)")]
    [InlineData("s0@0 0:32@1", "", "0:0", "index 0, offset 0 (2026-01-01T00:00:00Z)")]
    [InlineData("s0@0 0:0@1 s3@4", "2", "1:0", "index 0 (2026-01-01T00:01:00Z)")]
    [InlineData("s0@0 0:0@1 s3@4", "2:0", "1:0", "index 0 (2026-01-01T00:01:00Z)")]
    [InlineData("s0@0 s3@4", "0", "0:0", "index 0, offset 0 (2026-01-01T00:00:00Z)")]
    [InlineData("s0@0 0:0@1 3:0@2 4:32@4", "", "1:0", "index 0 (2026-01-01T00:01:00Z)")] // the first of several
    public void A_missing_object_is_named_with_the_last_good_point(string objects, string request, string missing, string last)
    {
        var error = Assert.Throws<LitestreamException>(() => Choose(objects, Request(request)));
        Assert.Equal((ErrorCode.ObjectMissing, KeyOf(missing)), (error.Code, error.Target));
        Assert.Contains(error.Target, error.Message, StringComparison.Ordinal);
        Assert.Contains($"restore to the last good restore point: {last}.", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s0@0 0:0@1 s1@2 1:0@3", "", "s1 1:0 latest | s0 0:0 1:0 latest")]
    [InlineData("s0@0 0:0@1 s1@2 1:0@3 3:0@5", "", "s1 1:0 latest loss 2:0 of 3:0 | s0 0:0 1:0 latest loss 2:0 of 3:0")]
    [InlineData("s0@0 0:0@1 2:0@2 2:32@3", "", "s0 0:0 latest loss 1:0 of 2:0 2:32")]
    // that which leads furthest; of equal ones the safe, of these the newer
    [InlineData("s0@0 0:0@1 s2@2 3:0@3", "", "s2 latest loss 2:0 of 3:0 | s0 0:0 latest loss 1:0 of 3:0")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@4", "1:40", "s0 0:0 1:0 1:32 stop 40 | s1 1:0 1:32 stop 40")]
    [InlineData("s0@0 0:0@1 2:0@2 s2@3 2:32@4", "2:40", "s2 2:0 2:32 stop 40 | s0 0:0 loss 1:0 of 2:0 2:32")]
    [InlineData("s0@0 0:0@1 1:0@2 s2@3", "", "s2 latest | s0 0:0 1:0 latest")]
    [InlineData("s0@0 s1@3 1:32@4", "1", "s1 loss 1:0 of 1:32 | s0 loss 0:0 of 1:32")]
    // a snapshot that is ahead of the time may do alone
    [InlineData("1:0@2 s1@3 1:32@9", "@4", "s1 1:0 beyond 1:32 next 1:32 | s1 loss s1 of 1:0")]
    [InlineData("1:0@2 s1@3 1:32@9", "1:32", "s1 1:0 stop 32 beyond 1:32 next 1:32")]
    [InlineData("1:0@2 s1@3 1:32@4", "@4", "s1 1:0 1:32")]
    [InlineData("s0@0 0:0@1 1:0@2 s1@3 1:32@9", "@4", "s0 0:0 1:0 next 1:32 | s1 1:0 beyond 1:32 next 1:32 | s1 loss s1 of 1:0")]
    public void A_partial_restore_takes_the_chain_that_leads_furthest(string objects, string request, string expected) =>
        Assert.Equal(expected, Choose(objects, Request(request) with { AllowPartial = true }));

    [Fact]
    public void What_is_remarkable_is_told_by_each_plan_of_a_partial_restore()
    {
        RestoreWarning[] warnings = [new(RestoreWarningKind.TimesOutOfOrder, "x", "Odd.")];
        var generation = Generation("s0@0 0:0@1 s1@2 1:0@3");

        var partial = RestoreChain.Choose(generation, new() { AllowPartial = true }, "memory", warnings);
        var whole = RestoreChain.Choose(generation, new(), "memory", warnings);

        Assert.All(partial.Alternatives.Append(partial).Append(whole), p => Assert.Same(warnings, p.Warnings));
        Assert.All(partial.Alternatives.Append(partial), p => Assert.True(p.AllowsPartial));
        Assert.All(whole.Alternatives.Append(whole), p => Assert.False(p.AllowsPartial));
    }

    [Fact]
    public void A_loss_says_what_it_is()
    {
        var gap = RestoreChain.Choose(Generation("s0@0 0:0@1 2:0@2"), new() { AllowPartial = true }, "memory", []).Loss!;
        Assert.Equal(ErrorCode.ObjectMissing, gap.Code);
        Assert.Contains(KeyOf("1:0"), gap.Message, StringComparison.Ordinal);
        var alone = RestoreChain.Choose(Generation("1:0@2 s1@3 1:32@9"), Request("@4") with { AllowPartial = true }, "memory", []).Alternatives[^1].Loss!;
        Assert.Equal(ErrorCode.RestorePointNotFound, alone.Code);
        Assert.Contains(KeyOf("s1"), alone.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s0@0 0:0@1", "", true)]
    [InlineData("s0@0 1:0@1", "", false)]
    [InlineData("s0@5 0:0@6", "@4", false)]
    [InlineData("0:0@1", "", false)]
    public void TryChoose_tells_whether_there_is_a_whole_chain(string objects, string request, bool expected) =>
        Assert.Equal(expected, RestoreChain.TryChoose(Generation(objects), Request(request)) is not null);

    [Theory]
    [InlineData("s0@0 0:0@1", 5, true)]
    [InlineData("s0@0 1:0@1", 5, false)]
    [InlineData("0:0@1 s0@2 0:32@9", 5, false)]
    [InlineData("0:0@1 s0@2 0:32@3 0:64@9", 5, true)]
    public void IsWholeAndSafe_tells_whether_no_older_snapshot_is_better(string objects, int minute, bool expected)
    {
        var generation = Generation(objects);
        Assert.Equal(expected, RestoreChain.IsWholeAndSafe(generation.Snapshots[0], generation, ReplicaBuilder.At(minute)));
    }

    [Fact]
    public void A_plan_tells_how_much_is_read_and_of_when_the_state_is()
    {
        var id = Listing.Id(1);
        WalSegmentInfo[] segments = [new(id, new(0, 0), 20, ReplicaBuilder.At(1)), new(id, new(0, 32), 3, ReplicaBuilder.At(2))];
        var plan = RestoreChain.Choose(new(id, [new(id, 0, 100, ReplicaBuilder.At(0))], segments), new(), "memory", []);
        Assert.Equal(("memory", id, 123L, ReplicaBuilder.At(2)), (plan.ReplicaUrl, plan.Generation, plan.Size, plan.RestoresTo));
        Assert.Equal(ReplicaBuilder.At(0), (plan with { Segments = [] }).RestoresTo);
    }

    [Theory]
    [InlineData("s0@0 0:0@1 0:32@9", "@4", true)]
    [InlineData("s0@0 0:0@1 0:32@2", "0:40", true)]
    [InlineData("s0@0 0:0@1 0:32@2", "0", false)]
    [InlineData("s0@0 0:0@1 1:0@2", "1:40", false)]
    [InlineData("s0@0 0:0@1", "0:0", false)]
    public void A_plan_tells_whether_it_ends_in_the_index_of_its_snapshot(string objects, string request, bool expected) =>
        Assert.Equal(expected, RestoreChain.Choose(Generation(objects), Request(request), "memory", []).EndsInSnapshotIndex);

    private static string Choose(string objects, RestoreRequest request)
    {
        var plan = RestoreChain.Choose(Generation(objects), request, "memory", []);
        return string.Join(" | ", plan.Alternatives.Prepend(plan).Select(Show));
    }

    private static GenerationInfo Generation(string objects) => Assert.Single(new Listing().Add(1, objects).Generations());

    // "@4" is a time, "1" an index, "1:32" an offset
    private static RestoreRequest Request(string text) => text switch
    {
        "" => new(),
        "generation" => new() { Generation = Listing.Id(1) },
        ['@', .. var minute] => new() { Timestamp = ReplicaBuilder.At(Number(minute)) },
        _ => new() { Index = Number(text.Split(':')[0]), Offset = text.Contains(':', StringComparison.Ordinal) ? Number(text.Split(':')[1]) : null },
    };

    private static string Show(RestorePlan plan)
    {
        List<string> parts = [$"s{plan.Snapshot.Index}", .. plan.Segments.Select(Show)];
        if (plan.StopOffset is { } stop) parts.Add($"stop {stop}");
        if (plan.Beyond.Count > 0) parts.Add($"beyond {string.Join(' ', plan.Beyond.Select(Show))}");
        if (plan.Next is { } next) parts.Add($"next {Show(next)}");
        if (plan.IsLatest) parts.Add("latest");
        if (!plan.IsOfAnyGeneration && plan.Loss?.Code != ErrorCode.RestorePointNotFound) parts.Add("of it");
        if (plan.Loss is { } loss) parts.Add($"loss {ShowKey(loss.Key)}{(loss.Segments.Count > 0 ? $" of {string.Join(' ', loss.Segments.Select(Show))}" : "")}");
        return string.Join(' ', parts);
    }

    private static string Show(WalSegmentInfo segment) => $"{segment.Start.Index}:{segment.Start.Offset}";

    private static string ShowKey(string key) => RestoreObstacle.Parse(key)!.At is var at && key.Contains("/wal/", StringComparison.Ordinal) ? $"{at.Index}:{at.Offset}" : $"s{at.Index}";

    private static string KeyOf(string name) => name[0] == 's'
        ? ObjectKey.Snapshot(Listing.Id(1), Number(name[1..])) : ObjectKey.Segment(Listing.Id(1), new(Number(name.Split(':')[0]), Number(name.Split(':')[1])));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
