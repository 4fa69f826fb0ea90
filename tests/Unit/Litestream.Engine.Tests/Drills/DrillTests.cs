using Litestream.Engine.Drills;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Drills;

public sealed class DrillTests : IDisposable
{
    private readonly DrillBench _bench = new();

    [Fact]
    public async Task Drill_of_a_good_replica_passes_and_tells_what_it_restored()
    {
        await _bench.ReplicateAsync();
        var generation = await _bench.GenerationAsync();

        var result = await _bench.RunAsync();

        Assert.Equal(DrillVerdict.Passed, result.Verdict);
        Assert.Null(result.Error);
        Assert.Equal(
            [DrillCheckStatus.Passed, DrillCheckStatus.Passed, DrillCheckStatus.Passed, DrillCheckStatus.NotDone, DrillCheckStatus.NotDone],
            [result.Restore.Status, result.Integrity.Status, result.ForeignKeys.Status, result.LiveCheck.Status, result.Assertion.Status]);
        Assert.Equal(generation.Id, result.Reached!.Generation);
        Assert.Equal(generation.UpdatedAt, result.Reached.Time);
        Assert.Equal(generation.Size, result.Restored!.Plan.Size);
        Assert.True(result.RecoveryPointAge >= TimeSpan.Zero);
        Assert.True(result.IsRecoveryPointAgeUpperBound);
        Assert.Null(result.KeptCopy);
    }

    /// <summary>An orderly stop has noted to where it shipped: a restore that ends before that is no backup of the latest state.</summary>
    [Fact]
    public async Task Drill_of_a_replica_that_has_lost_its_end_fails_and_tells_what_is_left()
    {
        await _bench.ReplicateAsync();
        var last = (await _bench.GenerationAsync()).Segments[^1];
        File.Delete(_bench.FileOf(last.Key));

        var result = await _bench.RunAsync();

        Assert.Equal((DrillVerdict.Failed, ErrorCode.ObjectMissing), (result.Verdict, result.Error!.Code));
        Assert.Equal((null, last.Start), (result.FirstBadObject, result.LastGood!.Position));
        Assert.Equal(DrillVerdict.Passed, (await _bench.RunAsync(new() { Point = new() { Index = last.Start.Index, Offset = last.Start.Offset } })).Verdict);
    }

    [Fact]
    public async Task Drill_never_writes_to_the_replica()
    {
        await _bench.ReplicateAsync();
        var before = Entries();
        var client = new FailingReplicaClient(RunningReplication.Folder(_bench.ReplicaPath)) { Fails = (operation, _) => operation is "put" or "delete" or "confirm" };

        Assert.Equal(DrillVerdict.Passed, (await _bench.RunAsync(client: client)).Verdict);

        Assert.Equal(before, Entries());
        IEnumerable<(string, DateTime)> Entries() => Directory.GetFileSystemEntries(_bench.ReplicaPath, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(e => (e, File.GetLastWriteTimeUtc(e))).ToList();
    }

    [Fact]
    public async Task Drill_keeps_the_copy_when_told_and_no_later_drill_deletes_it()
    {
        await _bench.ReplicateAsync();

        var result = await _bench.RunAsync(new() { KeepCopy = true, FileName = "shop.db" });
        await _bench.RunAsync(new() { KeepCopy = true });

        Assert.Equal("shop.db", Path.GetFileName(result.KeptCopy));
        Assert.Equal(_bench.Database.App.Image(), await File.ReadAllBytesAsync(result.KeptCopy!));
    }

    [Fact]
    public async Task Drill_tidies_up_what_a_killed_one_left_and_nothing_else()
    {
        await _bench.ReplicateAsync();
        var left = Path.Combine(_bench.WorkPath, "litestream-drill-0000abcd");
        Directory.CreateDirectory(left);
        await File.WriteAllTextAsync(Path.Combine(left, "restored.db"), "half");
        await File.WriteAllTextAsync(left + ".lock", "");

        await _bench.RunAsync();
    }

    [Fact]
    public async Task Drill_restores_a_given_point()
    {
        await _bench.ReplicateAsync();
        var segment = (await _bench.GenerationAsync()).Segments[2];

        var result = await _bench.RunAsync(new() { Point = new() { Generation = segment.Generation, Index = segment.Start.Index, Offset = segment.Start.Offset } });

        Assert.Equal((DrillVerdict.Passed, segment.Start), (result.Verdict, result.Reached!.Position));
    }

    [Fact]
    public async Task Drill_of_random_points_passes_and_draws_different_ones()
    {
        await _bench.ReplicateAsync(commits: 12, perIndex: 3);
        _bench.Environment = new() { Random = new Random(1) };
        var reached = new HashSet<Position>();

        for (var i = 0; i < 10; i++)
        {
            var result = await _bench.RunAsync(new() { IsRandom = true });
            Assert.Equal(DrillVerdict.Passed, result.Verdict);
            reached.Add(result.Reached!.Position);
        }

        Assert.True(reached.Count > 3, string.Join(" ", reached));
    }

    [Fact]
    public async Task Damage_fails_the_drill_with_the_bad_object_and_the_last_good_point()
    {
        await _bench.ReplicateAsync();
        var segments = (await _bench.GenerationAsync()).Segments;
        var (before, bad) = (segments[2], segments[3]);
        var bytes = await File.ReadAllBytesAsync(_bench.FileOf(bad.Key));
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(_bench.FileOf(bad.Key), bytes);

        var result = await _bench.RunAsync();

        Assert.Equal((DrillVerdict.Failed, DrillCheckStatus.Failed), (result.Verdict, result.Restore.Status));
        Assert.Equal(bad.Key, result.FirstBadObject);
        Assert.Equal(bad.Key, result.Error!.Target);
        Assert.Equal((bad.Start, before.CreatedAt), (result.LastGood!.Position, result.LastGood.Time));
    }

    /// <summary>The newest object is younger, and of no use to anybody.</summary>
    [Fact]
    public async Task What_would_have_been_lost_is_told_from_the_last_good_point_on()
    {
        await _bench.ReplicateAsync();
        var generation = await _bench.GenerationAsync();
        var (before, bad) = (generation.Segments[2], generation.Segments[3]);
        foreach (var key in generation.Segments.Take(3).Select(s => s.Key).Prepend(generation.Snapshots[0].Key))
            File.SetLastWriteTimeUtc(_bench.FileOf(key), before.CreatedAt.UtcDateTime.AddHours(-2));
        File.Delete(_bench.FileOf(bad.Key));

        var result = await _bench.RunAsync();

        Assert.Equal(result.StartedAt - result.LastGood!.Time, result.RecoveryPointAge);
        Assert.True(result.RecoveryPointAge > TimeSpan.FromHours(1));
        File.Delete(_bench.FileOf(generation.Snapshots[0].Key));
        Assert.Null((await _bench.RunAsync()).RecoveryPointAge);
    }

    [Fact]
    public async Task Missing_object_fails_the_drill()
    {
        await _bench.ReplicateAsync(commits: 8, perIndex: 3);
        var segment = (await _bench.GenerationAsync()).Segments[4];
        File.Delete(_bench.FileOf(segment.Key));

        var result = await _bench.RunAsync();

        Assert.Equal((DrillVerdict.Failed, ErrorCode.ObjectMissing, segment.Key), (result.Verdict, result.Error!.Code, result.FirstBadObject));
        Assert.NotNull(result.LastGood);
    }

    [Fact]
    public async Task Replica_that_is_not_there_fails_the_drill()
    {
        var result = await _bench.RunAsync();

        Assert.Equal((DrillVerdict.Failed, ErrorCode.ReplicaNotFound), (result.Verdict, result.Error!.Code));
    }

    [Fact]
    public async Task Store_that_does_not_answer_says_nothing_of_the_replica()
    {
        await _bench.ReplicateAsync();
        var client = new FailingReplicaClient(RunningReplication.Folder(_bench.ReplicaPath)) { Fails = (operation, _) => operation == "get" };

        var result = await _bench.RunAsync(client: client);

        Assert.Equal((DrillVerdict.Inconclusive, ErrorCode.ReplicaUnavailable), (result.Verdict, result.Error!.Code));
    }

    [Fact]
    public async Task Store_that_is_slow_says_nothing_of_the_replica()
    {
        await _bench.ReplicateAsync();
        var client = new HookedReplicaClient(RunningReplication.Folder(_bench.ReplicaPath))
        {
            Lists = async (_, found) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(2));
                return found;
            },
        };

        var result = await _bench.RunAsync(new() { Timeout = TimeSpan.FromMilliseconds(300) }, client);

        Assert.Equal((DrillVerdict.Inconclusive, ErrorCode.Timeout), (result.Verdict, result.Error!.Code));
    }

    [Fact]
    public async Task Working_folder_that_can_t_be_made_says_nothing_of_the_replica()
    {
        await _bench.ReplicateAsync();
        var taken = _bench.Database["taken"];
        await File.WriteAllTextAsync(taken, "a file");
        await using var replica = RunningReplication.Folder(_bench.ReplicaPath);

        using var run = await new Drill(new()).RunAsync(replica, new() { WorkingFolder = taken }, null, default);

        Assert.Equal((DrillVerdict.Inconclusive, ErrorCode.RestoreTargetUnwritable), (run.Result.Verdict, run.Result.Error!.Code));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Database_that_is_too_large_is_skipped(int commits)
    {
        if (commits == 0) _bench.App.Insert(rows: 100, size: 1000);
        await _bench.ReplicateAsync(commits);

        var result = await _bench.RunAsync(new() { MaxSize = 16384 });

        Assert.Equal((DrillVerdict.Skipped, ErrorCode.RestoreTooLarge), (result.Verdict, result.Error!.Code));
        Assert.Equal(DrillVerdict.Passed, (await _bench.RunAsync(new() { MaxSize = 1 << 20 })).Verdict);
    }

    [Fact]
    public async Task Damaged_database_fails_the_drill_though_all_checksums_hold()
    {
        _bench.App.Execute("CREATE TABLE word(text TEXT); CREATE INDEX word_text ON word(text); INSERT INTO word VALUES ('a'), ('b')");
        _bench.App.Execute("PRAGMA writable_schema=on; UPDATE sqlite_schema SET sql = 'CREATE INDEX word_text ON word(text DESC)' WHERE name = 'word_text'");
        await _bench.ReplicateAsync();

        var result = await _bench.RunAsync();

        Assert.Equal((DrillVerdict.Failed, ErrorCode.IntegrityCheckFailed), (result.Verdict, result.Error!.Code));
        Assert.Equal((DrillCheckStatus.Passed, DrillCheckStatus.Failed), (result.Restore.Status, result.Integrity.Status));
        Assert.NotEmpty(result.Integrity.Messages);
    }

    [Fact]
    public async Task Rows_without_their_parent_fail_the_drill_unless_that_is_left_out()
    {
        _bench.App.Execute("PRAGMA foreign_keys=off; CREATE TABLE child(id INTEGER PRIMARY KEY, item INTEGER REFERENCES item(id)); INSERT INTO child VALUES (7, 4711)");
        await _bench.ReplicateAsync();

        var result = await _bench.RunAsync();

        Assert.Equal((DrillVerdict.Failed, ErrorCode.ForeignKeyViolated), (result.Verdict, result.Error!.Code));
        Assert.Equal(["Row 7 of table child refers to a row of item that is not there."], result.ForeignKeys.Messages);
        Assert.Equal(DrillVerdict.Passed, (await _bench.RunAsync(new() { ChecksForeignKeys = false })).Verdict);
    }

    [Theory]
    [InlineData("SELECT count(*) FROM item", true)]
    [InlineData("SELECT 0.5", true)]
    [InlineData("SELECT 'yes'", true)]
    [InlineData("SELECT x'00'", true)]
    [InlineData("SELECT count(*) FROM item WHERE id < 0", false)]
    [InlineData("SELECT NULL", false)]
    [InlineData("SELECT 0.0", false)]
    [InlineData("SELECT '0'", false)]
    [InlineData("SELECT id FROM item WHERE id < 0", false)]
    [InlineData("SELECT 1 FROM nothing", false)]
    [InlineData("DELETE FROM item", false)]
    public async Task Assertion_holds_when_its_first_value_is_neither_zero_nor_null(string sql, bool holds)
    {
        await _bench.ReplicateAsync(commits: 1);

        var result = await _bench.RunAsync(new() { AssertSql = sql });

        Assert.Equal(holds ? DrillCheckStatus.Passed : DrillCheckStatus.Failed, result.Assertion.Status);
        Assert.Equal(holds ? DrillVerdict.Passed : DrillVerdict.Failed, result.Verdict);
        Assert.Equal(holds ? null : ErrorCode.AssertionFailed, result.Error?.Code);
    }

    [Fact]
    public async Task Database_that_only_its_application_can_check_is_no_failure()
    {
        _bench.App.Execute("CREATE TABLE word(text TEXT); CREATE INDEX word_text ON word(text); INSERT INTO word VALUES ('a'), ('b')");
        _bench.App.Execute("PRAGMA writable_schema=on; UPDATE sqlite_schema SET sql = 'CREATE TABLE word(text TEXT COLLATE klingon)' WHERE name = 'word'");
        await _bench.ReplicateAsync();
        _bench.App.Execute("PRAGMA writable_schema=reset");

        var result = await _bench.RunAsync();

        Assert.Equal((DrillVerdict.Inconclusive, DrillCheckStatus.Inconclusive), (result.Verdict, result.Integrity.Status));
        Assert.Contains("klingon", Assert.Single(result.Integrity.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Object_that_retention_deletes_meanwhile_is_no_failure()
    {
        await _bench.ReplicateAsync(commits: 3);
        var generation = await _bench.GenerationAsync();
        var isShown = true;
        // shows once a segment that is gone already
        var client = new HookedReplicaClient(RunningReplication.Folder(_bench.ReplicaPath))
        {
            Lists = (prefix, found) =>
            {
                if (!prefix.EndsWith("/wal/", StringComparison.Ordinal) || !isShown) return Task.FromResult(found);
                var more = ObjectKey.Segment(generation.Id, new(generation.Segments[^1].Start.Index + 1, 0));
                return Task.FromResult<IReadOnlyList<Litestream.Engine.Replicas.ReplicaObject>>([.. found, new(more, 100, DateTimeOffset.UtcNow)]);
            },
        };
        var gone = new GoneClient(client, () => isShown = false);

        var result = await _bench.RunAsync(client: gone);

        Assert.False(isShown);
        Assert.Equal(DrillVerdict.Passed, result.Verdict);
    }

    [Theory]
    [MemberData(nameof(Senseless))]
    public async Task Senseless_request_is_an_error_of_the_caller(DrillRequest request) =>
        Assert.Equal(ErrorCode.InvalidArgument, (await Assert.ThrowsAsync<LitestreamException>(() => _bench.RunAsync(request))).Code);

    public static TheoryData<DrillRequest> Senseless() => new(
        new DrillRequest { IsRandom = true, Point = new() { Index = 1 } },
        new DrillRequest { MaxSize = 0 },
        new DrillRequest { FileName = "../x" },
        new DrillRequest { Point = new RestoreRequest { Offset = 4 } });

    [Fact]
    public async Task Cancelled_drill_leaves_nothing_behind()
    {
        await _bench.ReplicateAsync();
        using var stop = new CancellationTokenSource();
        var client = new HookedReplicaClient(RunningReplication.Folder(_bench.ReplicaPath))
        {
            Lists = async (_, found) =>
            {
                await stop.CancelAsync();
                return found;
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new Drill(new()).RunAsync(client, new() { WorkingFolder = _bench.WorkPath }, null, stop.Token));

        Assert.Empty(Directory.GetFileSystemEntries(_bench.WorkPath));
    }

    public void Dispose() => _bench.Dispose();
}
