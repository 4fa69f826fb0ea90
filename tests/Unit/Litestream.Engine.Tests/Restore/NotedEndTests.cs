using Litestream.Engine.Drills;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Engine.Retention;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>Objects that are gone from the end of a generation leave no gap; a restore of the latest state goes by what the last orderly stop has noted.</summary>
public sealed class NotedEndTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private int _restores;

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_missing_end_is_told()
    {
        await ReplicateAsync(commits: 4);
        Assert.Empty((await RestoreAsync()).Warnings);
        foreach (var segment in (await GenerationAsync()).Segments.Reverse())
        {
            Delete(segment.Key);
            var result = await RestoreAsync();
            var warning = Assert.Single(result.Warnings);
            Assert.Equal((RestoreWarningKind.EndMissing, result.Plan.Generation.ToString()), (warning.Kind, warning.Target));
            Assert.Contains($"ends at index {result.Reached.Index}, offset {result.Reached.Offset} now", warning.Message, StringComparison.Ordinal);
            Assert.Null(result.Loss);
        }
    }

    [Fact]
    public async Task A_given_generation_is_held_against_its_own_head_only()
    {
        await ReplicateAsync(commits: 2);
        var first = await GenerationAsync();
        Delete(first.Segments[^1].Key);
        Assert.Single((await RestoreAsync(new() { Generation = first.Id })).Warnings);
        await ReplicateAsync(commits: 2, o => o with { NewGeneration = true });

        Assert.Empty((await RestoreAsync(new() { Generation = first.Id })).Warnings);
        Assert.Empty((await RestoreAsync()).Warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData(null)]
    public async Task Without_a_head_that_can_be_read_nothing_is_said(string? head)
    {
        await ReplicateAsync(commits: 2);
        Delete((await GenerationAsync()).Segments[^1].Key);
        var file = Path.Combine(_database["replica"], ReplicaHead.Key);
        if (head is null) File.Delete(file);
        else await File.WriteAllTextAsync(file, head);

        Assert.Empty((await RestoreAsync()).Warnings);
    }

    [Fact]
    public async Task A_head_that_is_behind_or_of_an_index_that_is_still_empty_says_nothing()
    {
        await ReplicateAsync(commits: 3);
        var generation = await GenerationAsync();
        var last = generation.Segments[^1].Start;
        await using var client = RunningReplication.Folder(_database["replica"]);
        foreach (var noted in (Position[])[last, new(last.Index + 1, 0)])
        {
            await ReplicaHead.Of(generation.Id, new(noted), DateTimeOffset.UtcNow).WriteAsync(client, default);
            Assert.Empty((await RestoreAsync()).Warnings);
        }
    }

    [Fact]
    public async Task Of_an_index_that_is_still_empty_the_segment_before_it_is_missed()
    {
        await ReplicateAsync(commits: 3);
        var generation = await GenerationAsync();
        var last = generation.Segments[^1];
        await using (var client = RunningReplication.Folder(_database["replica"]))
            await ReplicaHead.Of(generation.Id, new(new(last.Start.Index + 1, 0)) { LastSegment = last.Start }, DateTimeOffset.UtcNow).WriteAsync(client, default);
        Assert.Empty((await RestoreAsync()).Warnings);

        Delete(last.Key);

        Assert.Equal(RestoreWarningKind.EndMissing, Assert.Single((await RestoreAsync()).Warnings).Kind);
    }

    [Fact]
    public async Task A_store_that_does_not_give_the_head_is_no_failure_of_the_restore()
    {
        await ReplicateAsync(commits: 2);
        Delete((await GenerationAsync()).Segments[^1].Key);

        Assert.Empty((await RestoreAsync(new(), c => new FailingReplicaClient(c) { Fails = (_, key) => key == ReplicaHead.Key })).Warnings);
    }

    /// <summary>As a connection that breaks while the answer is read.</summary>
    [Fact]
    public async Task A_head_whose_reading_breaks_off_is_no_failure_of_the_restore()
    {
        await ReplicateAsync(commits: 2);
        Delete((await GenerationAsync()).Segments[^1].Key);

        var result = await RestoreAsync(new(), c => new FailingReplicaClient(c) { Fails = (_, key) => key == ReplicaHead.Key ? throw new IOException("The connection is gone.") : false });

        Assert.Empty(result.Warnings);
        Assert.True(File.Exists(result.Path));
    }

    [Fact]
    public async Task A_restore_that_is_cancelled_while_the_head_is_read_leaves_no_database()
    {
        await ReplicateAsync(commits: 2);

        await Assert.ThrowsAsync<OperationCanceledException>(() => RestoreAsync(
            new(), c => new FailingReplicaClient(c) { Fails = (_, key) => key == ReplicaHead.Key ? throw new OperationCanceledException() : false }));

        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_database.Path)!, "restored*"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_costs_one_request_and_only_where_the_latest_state_is_restored(bool hasHead)
    {
        await ReplicateAsync(commits: 3);
        if (!hasHead) Delete(ReplicaHead.Key);
        var generation = await GenerationAsync();

        var latest = await CountAsync(new());
        var toIndex = await CountAsync(new() { Index = generation.Segments[^1].Start.Index });
        var toTime = await CountAsync(new() { Timestamp = generation.UpdatedAt });

        Assert.Equal((latest - 1, latest - 1), (toIndex, toTime));
    }

    [Fact]
    public async Task A_newest_generation_that_is_gone_as_a_whole_is_told_where_no_other_was_asked_for()
    {
        var first = await ReplicateTwiceAsync();
        Directory.Delete(Path.Combine(_database["replica"], ObjectKey.Generation(await NewestAsync(first))), recursive: true);

        var warning = Assert.Single((await RestoreAsync()).Warnings);
        Assert.Equal(RestoreWarningKind.EndMissing, warning.Kind);
        Assert.Contains("is not there any more", warning.Message, StringComparison.Ordinal);
        Assert.Empty((await RestoreAsync(new() { Generation = first })).Warnings);
    }

    [Fact]
    public async Task A_newest_generation_that_was_let_go_on_purpose_is_not_missing()
    {
        var newest = await NewestAsync(await ReplicateTwiceAsync());
        await using var client = RunningReplication.Folder(_database["replica"]);
        var plan = RetentionPlanner.ForGenerations(
            client.Url, await RunningReplication.GenerationsAsync(_database), new HashSet<GenerationId> { newest }, new HashSet<GenerationId>(), evenLast: false);
        await new RetentionExecutor(client).ExecuteAsync(plan, default);

        Assert.Empty((await RestoreAsync()).Warnings);
        Assert.Null(await LostGeneration.FindAsync(client, default));
    }

    /// <summary>Litestream's retention deletes a former generation as a whole, and leaves the head.</summary>
    [Fact]
    public async Task A_generation_that_is_gone_is_not_missing_where_another_was_written_to_since()
    {
        var first = await ReplicateTwiceAsync();
        Directory.Delete(Path.Combine(_database["replica"], ObjectKey.Generation(await NewestAsync(first))), recursive: true);
        File.SetLastWriteTimeUtc(Path.Combine(_database["replica"], (await GenerationAsync()).Segments[^1].Key), DateTime.UtcNow.AddMinutes(1));

        Assert.Empty((await RestoreAsync()).Warnings);
    }

    private async Task<GenerationId> ReplicateTwiceAsync()
    {
        await ReplicateAsync(commits: 2);
        var first = (await GenerationAsync()).Id;
        await ReplicateAsync(commits: 2, o => o with { NewGeneration = true });
        return first;
    }

    private async Task<GenerationId> NewestAsync(GenerationId first) => (await RunningReplication.GenerationsAsync(_database)).Single(g => g.Id != first).Id;

    [Fact]
    public async Task What_was_shipped_and_noted_since_the_plan_was_made_is_not_missing()
    {
        await ReplicateAsync(commits: 2);
        await using var client = RunningReplication.Folder(_database["replica"]);
        var plan = await new RestorePlanner(client).PlanAsync(new(), default);
        await ReplicateAsync(commits: 2);

        Assert.Empty((await new Restorer(new()).RestoreAsync(client, plan, _database["restored"], new(), null, default)).Warnings);
    }

    [Fact]
    public async Task A_drill_fails_over_it()
    {
        await ReplicateAsync(commits: 3);
        Delete((await GenerationAsync()).Segments[^1].Key);
        await using var client = RunningReplication.Folder(_database["replica"]);

        using var run = await new Drill(new()).RunAsync(client, new() { WorkingFolder = _database["work"] }, null, default);

        Assert.Equal(DrillVerdict.Failed, run.Result.Verdict);
        Assert.Contains("objects are missing from its end", Assert.Single(run.Result.Restore.Messages), StringComparison.Ordinal);
    }

    private async Task ReplicateAsync(int commits, Func<ReplicationOptions, ReplicationOptions>? change = null)
    {
        await using var replication = RunningReplication.Start(_database, change);
        await replication.SyncAsync();
        for (var i = 0; i < commits; i++)
        {
            _database.App.Insert(3, 500);
            await replication.SyncAsync();
        }

        await replication.StopAsync();
    }

    private async Task<GenerationInfo> GenerationAsync() => Assert.Single(await RunningReplication.GenerationsAsync(_database));

    private void Delete(string key) => File.Delete(Path.Combine(_database["replica"], key));

    private async Task<int> CountAsync(RestoreRequest request)
    {
        CountedReplicaClient? counted = null;
        // that of the plan does not count
        await RestoreAsync(request, c => counted = new(c));
        return counted!.Requests;
    }

    private async Task<RestoreResult> RestoreAsync(RestoreRequest? request = null, Func<IReplicaClient, IReplicaClient>? wrap = null)
    {
        await using var client = RunningReplication.Folder(_database["replica"]);
        var plan = await new RestorePlanner(client).PlanAsync(request ?? new(), default);
        return await new Restorer(new()).RestoreAsync(wrap?.Invoke(client) ?? client, plan, _database[$"restored{_restores++}"], new(), null, default);
    }
}
