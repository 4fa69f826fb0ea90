using System.Globalization;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Retention;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>Windows and their points by names and times alone; whether each restores is in <see cref="RestoreWindowFinderTests"/>.</summary>
public sealed class RestoreStretchTests
{
    [Theory]
    // the end of each segment, by the start of the next; the last of an index by the index
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3", "0-3 0:32@1 0@2 1@3")]
    [InlineData("s0@0 0:0@1 s1@2 1:0@3", "0-3 0@1 1@3")]
    // a snapshot without WAL of its own index
    [InlineData("s5@2", "2-2 5:0@2")]
    [InlineData("s0@0 0:0@1 s3@4", "0-1 0@1")]
    [InlineData("s0@0 1:0@1", "0-0 0:0@0 without 0:0")]
    [InlineData("s0@0 s1@1 1:0@2", "0-0 0:0@0 without 0:0 | 1-2 1@2")]
    // a gap
    [InlineData("s0@0 0:0@1 2:0@2 s3@3 3:0@4", "0-1 0@1 without 1:0 | 3-4 3@4")]
    [InlineData("s0@0 0:0@1 1:32@2 s1@3 1:64@4 s2@5 2:0@6", "0-1 0@1 without 1:0 | 5-6 2@6")]
    [InlineData("0:0@1", "")]
    // a snapshot of Litestream holds an unknown part of its own index
    [InlineData("1:0@2 s1@3 1:32@4 2:0@5", "4-5 1@4 2@5")]
    [InlineData("1:0@2 s1@3 1:32@4 1:64@5", "4-5 1:64@4 1@5")]
    [InlineData("1:0@2 s1@9 1:32@4 1:64@5", "5-5 1@5")]
    [InlineData("1:0@2 s1@3 1:32@3 1:64@5", "3-5 1:64@3 1@5")]
    [InlineData("s1@3 1:0@3 1:32@4", "3-4 1:32@3 1@4")]
    [InlineData("1:0@2 s1@9 1:32@4 2:0@5 2:32@6", "6-6 1@4 2:32@5 2@6")]
    public Task Names_tell_windows_and_points(string objects, string expected) => AssertAsync(objects, "", expected);

    [Theory]
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3", "0:32", "0-1 0:32@1 without 0:32")]
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3", "0:32=0:50", "0-1 0:32@1 0:50@2 without 0:32")]
    [InlineData("s0@0 0:0@1 0:32@2 1:0@3", "0:32=0:32", "0-1 0:32@1 without 0:32")] // nothing of it can be read
    [InlineData("s0@0 0:0@1 1:0@3", "1:0=1:50", "0-1 0@1 1:50@3 without 1:0")]
    [InlineData("s0@0 0:0@1 0:64@3", "0:32", "0-1 0:32@1 without 0:32")] // missing inside an index
    [InlineData("s0@0 0:0@1 0:32@2", "0:64", "0-2 0:32@1 0:64@2 without 0:64")] // and at its end
    [InlineData("s0@0 0:0@1 1:0@2", "0:32 1:0", "0-1 0:32@1 without 0:32")] // the first of several
    [InlineData("s0@0 0:0@1 1:0@2", "1:0 0:32", "0-1 0:32@1 without 0:32")]
    [InlineData("s0@0 0:0@1 1:0@2", "0:32!", "0-2 0@1 1@2")] // one that a restore gets over
    [InlineData("s0@0 0:0@1 2:0@2", "3:0", "0-1 0@1 without 1:0")] // behind what names tell
    [InlineData("s0@0 0:0@1 s2@3 2:0@4 2:32@5", "0:0 2:32", "3-4 2:32@4 without 2:32")] // a window of its own for each snapshot
    // what the snapshot may be ahead of is no point
    [InlineData("0:0@1 s0@2 0:32@3", "0:32=0:50", "")]
    [InlineData("0:0@1 s0@2 0:32@3", "0:32=0:50+", "1-1 0:32@1 0:50@3 without 0:32")] // unless it is of ours
    [InlineData("0:0@1 s0@2 1:0@3 1:32@4", "1:32=1:50+", "2-3 0@1 1:32@3 1:50@4 without 1:32")]
    [InlineData("0:0@1 s0@2 0:32@1 1:0@1 1:32@1", "1:32=1:50", "1-1 0@1 1:32@1 1:50@1 without 1:32")]
    [InlineData("0:0@1 s0@2 0:32@1 0:64@1 1:0@3", "1:0+", "1-1 0@1 without 1:0")] // of another index than its own
    public Task What_is_known_to_be_damaged_ends_a_window(string objects, string damages, string expected) => AssertAsync(objects, damages, expected);

    [Theory]
    [InlineData("s0@0 0:0@1 s1@3 1:0@4", "s1", "0-1 0@1 without s1")]
    [InlineData("s0@0 0:0@1 s1@3 1:0@4", "s1!", "0-4 0@1 1@4")]
    [InlineData("s0@0 0:0@1 s1@1 1:0@4", "s1", "0-1- 0@1 without s1")] // it is chosen from its own time on
    [InlineData("s0@0 0:0@3 s1@1 1:0@4", "s1", "0-1- 0@3 without s1")]
    [InlineData("s0@0 0:0@1 s1@0 1:0@4", "s1", "0--0- 0@1 without s1")]
    [InlineData("s0@0 0:0@1 s2@3 2:0@4", "s2", "0-1 0@1 without 1:0")] // what is missing before it comes first
    [InlineData("s0@0 0:0@1 3:0@2 s1@3", "s1", "0-1 0@1 without s1")] // rather than the segment that is missing there
    [InlineData("s0@0 0:0@1 s1@2 1:0@3 s2@1 2:0@5", "1:0 s2", "0-1- 0@1 without 1:0")]
    [InlineData("s0@0 0:0@1 s1@2 1:0@3 s2@4 2:0@5", "0:0 s1", "4-5 2@5")]
    public Task A_damaged_snapshot_ends_the_window_before_it_and_begins_none(string objects, string damages, string expected) =>
        AssertAsync(objects, damages, expected);

    [Fact]
    public async Task Both_arguments_are_needed()
    {
        var finder = new RestoreWindowFinder(new MemoryReplicaClient());
        await Assert.ThrowsAsync<ArgumentNullException>("generation", async () => await finder.FindAsync(null!, [], default).CountAsync());
        await Assert.ThrowsAsync<ArgumentNullException>("known", async () => await finder.FindAsync(new(Listing.Id(1), [], []), null!, default).CountAsync());
    }

    private static async Task AssertAsync(string objects, string damages, string expected)
    {
        var listing = new Listing().Add(1, objects);
        RestoreObstacle[] known = [.. damages.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Obstacle)];
        var windows = await new RestoreWindowFinder(listing.Client).FindAsync(Assert.Single(listing.Generations()), known, default).ToListAsync();
        Assert.Equal(expected, string.Join(" | ", windows.Select(Show)));
        Assert.All(windows, w => Assert.Equal(w.Points[^1], w.End));
    }

    // "0:32" is damaged from its start, "0:32=0:50" can be read up to there; "!" for what is bridged, "+" for a stream of ours
    private static RestoreObstacle Obstacle(string text)
    {
        var parts = text.TrimEnd('!', '+').Split('=');
        var key = parts[0][0] == 's' ? ObjectKey.Snapshot(Listing.Id(1), Number(parts[0][1..])) : ObjectKey.Segment(Listing.Id(1), At(parts[0]));
        return RestoreObstacle.Parse(key)! with
        {
            Readable = parts.Length > 1 ? At(parts[1]) : null,
            IsBridged = text.EndsWith('!'),
            IsOfOurs = text.EndsWith('+'),
        };
    }

    private static string Show(RestoreWindow window)
    {
        var points = window.Points.Select(p => $"{p.Index}{(p.Offset is { } offset ? $":{offset}" : "")}@{Minute(p.Time)}");
        var missing = window.MissingKey is not { } key ? ""
            : RestoreObstacle.Parse(key) is { } obstacle && key.Contains("/wal/", StringComparison.Ordinal) ? $" without {obstacle.At.Index}:{obstacle.At.Offset}"
            : $" without s{RestoreObstacle.Parse(key)!.At.Index}";
        return $"{Minute(window.From)}-{Minute(window.To)} {string.Join(' ', points)}{missing}";
    }

    // a tick less has a minus behind it
    private static string Minute(DateTimeOffset time)
    {
        var isBefore = time.Ticks % TimeSpan.TicksPerMinute != 0;
        return string.Create(CultureInfo.InvariantCulture, $"{(time.AddTicks(isBefore ? 1 : 0) - ReplicaBuilder.Start).TotalMinutes}{(isBefore ? "-" : "")}");
    }

    private static Position At(string text)
    {
        var parts = text.Split(':');
        return new(Number(parts[0]), Number(parts[1]));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
