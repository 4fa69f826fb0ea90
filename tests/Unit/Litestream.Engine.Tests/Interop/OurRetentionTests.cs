using System.Globalization;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Interop;

/// <summary>What our retention leaves, read by Litestream 0.3.13.</summary>
public sealed class OurRetentionTests
{
    [SkippableFact]
    public async Task What_is_left_is_listed_and_restored_by_the_oracle_to_each_time()
    {
        LitestreamOracle.SkipWhereMissing();
        using var database = new TestDatabase();
        await using var replication = RetentionKeeperTests.Start(database, RunningReplication.Folder(database["replica"]), retention: 1500);
        await RetentionKeeperTests.WriteUntilAsync(database, replication, () => replication.Count(ReplicationEventKind.RetentionApplied) >= 3);
        await replication.SyncAsync();
        await replication.StopAsync();
        var generation = Assert.Single(await RunningReplication.GenerationsAsync(database));
        Assert.True(generation.Snapshots[0].Index > 0);

        await AssertListedAsync(database, "snapshots", generation.Snapshots.Select(s => $"{s.Index} {s.Size}"));
        await AssertListedAsync(database, "wal", generation.Segments.Select(s => $"{s.Start.Index} {s.Start.Offset} {s.Size}"));
        await AssertListedAsync(database, "generations", []);

        await AssertSameAsync(database, new(), "latest");
        var times = generation.Segments.Select(s => s.CreatedAt).Where(t => t >= generation.Snapshots[0].CreatedAt && t < generation.UpdatedAt).Distinct().ToList();
        Assert.True(times.Count > 1, "there was to be something to travel to");
        foreach (var time in times.Where((_, i) => i % (1 + times.Count / 12) == 0))
        {
            // the oracle compares nanoseconds, and knows no time after the last
            var text = RestorePoint.Format(time.AddTicks(1));
            await AssertSameAsync(database, new() { Timestamp = time.AddTicks(1) }, text, "-timestamp", text);
        }
    }

    private static async Task AssertSameAsync(TestDatabase database, RestoreRequest request, string name, params string[] options)
    {
        var expected = database[$"oracle-{name.Replace(':', '-')}.db"];
        await LitestreamOracle.RestoreAsync(database["replica"], expected, options);
        var ours = await RunningReplication.RestoreAsync(database, request: request);
        var theirs = await File.ReadAllBytesAsync(expected);
        Assert.True(ours.AsSpan().SequenceEqual(theirs), name);
    }

    /// <summary>The oracle's rows hold the numbers, in order.</summary>
    private static async Task AssertListedAsync(TestDatabase database, string command, IEnumerable<string> expected)
    {
        var (exitCode, output) = await LitestreamOracle.RunAsync(command, "file://" + database["replica"]);
        Assert.True(exitCode == 0, output);
        var rows = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(c => c.Length > 3 && GenerationId.TryParse(c[1], out _)).ToList();
        if (command == "generations") Assert.Single(rows);
        else Assert.Equal(expected, rows.Select(c => string.Join(' ', c[2..^1].Select(n => long.Parse(n, CultureInfo.InvariantCulture)))));
    }
}
