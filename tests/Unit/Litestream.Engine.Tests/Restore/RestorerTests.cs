using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Fakes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

public sealed class RestorerTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ReplicaBuilder _replica = new();

    private string Destination => _folder["out/db"];

    [Fact]
    public async Task Restore_applies_each_transaction_on_top_of_the_snapshot()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1, 2).Segment().Commit(3, 4, 4).Segment().Wal(1).Commit(4, 4, 2).Segment();
        var result = await RestoreAsync();
        Assert.Equal([2, 4, 1, 3], Versions());
        Assert.Equal((new Position(1, _replica.EndOfFrame(1)), 3, 4u, 512), (result.Reached, result.Transactions, result.PageCount, result.PageSize));
        Assert.Empty(result.Warnings);
        Assert.Equal(Destination, result.Path);
    }

    [Fact]
    public async Task Restore_of_a_snapshot_alone_is_that_snapshot()
    {
        _replica.Snapshot(3, pages: 5);
        var result = await RestoreAsync();
        Assert.Equal([1, 1, 1, 1, 1], Versions());
        Assert.Equal((new Position(3, 0), 0, 5u), (result.Reached, result.Transactions, result.PageCount));
    }

    [Fact]
    public async Task Restore_leaves_out_what_is_not_committed_at_the_end()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Frames(9, 2, 3).Segment();
        Assert.Equal(new Position(0, _replica.EndOfFrame(1)), (await RestoreAsync()).Reached);
        Assert.Equal([2, 1, 1], Versions());
    }

    [Fact]
    public async Task Restore_leaves_out_half_a_frame_at_the_end()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Raw(new byte[100]).Segment();
        await RestoreAsync();
        Assert.Equal([2, 1, 1], Versions());
    }

    [Fact]
    public async Task Restore_accepts_a_transaction_over_several_segments()
    {
        _replica.Snapshot(0).Wal(0).Frames(2, 1).Segment().Frames(2, 2).Segment().Commit(2, 3, 3).Segment();
        Assert.Equal(1, (await RestoreAsync()).Transactions);
        Assert.Equal([2, 2, 2], Versions());
    }

    [Fact]
    public async Task Restore_accepts_a_frame_over_two_segments()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1, 2).Commit(3, 3, 3);
        var (_, bytes) = _replica.TakeWal();
        _replica.Put(_replica.SegmentKey(0, 0), bytes[..700]).Put(_replica.SegmentKey(0, 700), bytes[700..]);
        await RestoreAsync();
        Assert.Equal([2, 2, 3], Versions());
    }

    [Fact]
    public async Task Restore_accepts_indexes_with_a_header_alone_or_nothing()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Wal(1).Segment().Put(_replica.SegmentKey(2, 0), [])
            .Wal(3, salt: 1002).Commit(3, 3, 2).Segment().Wal(4, salt: 1003).Segment();
        var result = await RestoreAsync();
        Assert.Equal([2, 3, 1], Versions());
        Assert.Equal(new Position(3, _replica.EndOfFrame(1)), result.Reached);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restore_accepts_both_orders_of_checksum_words(bool bigEndian)
    {
        _replica.Snapshot(0).Wal(0, bigEndian: bigEndian).Commit(2, 3, 1).Segment().Commit(3, 3, 2).Segment();
        await RestoreAsync();
        Assert.Equal([2, 3, 1], Versions());
    }

    [Fact]
    public async Task Restore_gives_the_file_the_size_of_the_last_commit()
    {
        _replica.Snapshot(0, pages: 9).Wal(0).Commit(2, 2, 1).Segment();
        Assert.Equal(2u, (await RestoreAsync()).PageCount);
        Assert.Equal([2, 1], Versions());
    }

    [Fact]
    public async Task Restore_reads_zeros_where_a_database_has_shrunk_and_grown_without_writing()
    {
        _replica.Snapshot(0, pages: 4).Wal(0).Commit(2, 2, 1).Segment().Wal(1).Commit(3, 4, 4).Segment();
        await RestoreAsync();
        Assert.Equal([2, 1, 0, 3], Versions());
    }

    [Fact]
    public async Task Restore_grows_beyond_the_lock_page_and_leaves_it_alone()
    {
        var replica = new ReplicaBuilder(pageSize: 65536);
        var beyond = PageSize.LockPage(65536) + 1;
        replica.Snapshot(0).Wal(0).Commit(2, beyond, 1, beyond - 2, beyond).Segment();
        var result = await RestoreAsync(replica);
        Assert.Equal(beyond, result.PageCount);
        using var file = File.OpenHandle(Destination);
        var page = new byte[65536];
        Assert.Equal(beyond * 65536L, RandomAccess.GetLength(file));
        RandomAccess.Read(file, page, (beyond - 2) * 65536L);
        Assert.False(page.AsSpan().ContainsAnyExcept((byte)0));
        RandomAccess.Read(file, page, (beyond - 1) * 65536L);
        Assert.Equal(replica.Page(beyond, 2), page);
    }

    [Fact]
    public async Task Restore_stops_at_the_last_commit_before_the_offset()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Commit(3, 3, 2, 3).Commit(4, 3, 1).Segment();
        int[][] expected = [[1, 1, 1], [2, 1, 1], [2, 1, 1], [2, 3, 3], [4, 3, 3]];
        for (var frame = 0; frame < expected.Length; frame++)
        {
            foreach (var beyond in (int[])[0, 1, 500])
            {
                var offset = _replica.EndOfFrame(frame) + beyond;
                if (offset > _replica.EndOfFrame(4)) continue;
                await RestoreAsync(request: new() { Index = 0, Offset = offset });
                Assert.Equal(expected[frame], Versions());
                File.Delete(Destination);
            }
        }
    }

    [Fact]
    public async Task Restore_warns_of_a_WAL_that_does_not_follow_on_the_one_before()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Wal(1, salt: 1002).Commit(3, 3, 2).Segment().Wal(2, salt: 1003).Segment();
        Assert.Contains("index 1 ", Assert.Single((await RestoreAsync()).Warnings).Message, StringComparison.Ordinal);
        Assert.Equal([2, 3, 1], Versions());
    }

    [Fact]
    public async Task Restore_tells_how_far_it_is()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 1).Segment();
        var reports = new List<RestoreProgress>();
        var result = await RestoreAsync(progress: new Collector(reports));
        Assert.Equal([RestorePhase.Snapshot, RestorePhase.Wal, RestorePhase.Wal, RestorePhase.Check], reports.Select(r => r.Phase));
        var applied = reports[..^1];
        Assert.Equal(applied.Select(r => r.BytesDone).Order(), applied.Select(r => r.BytesDone));
        Assert.All(applied, r => Assert.Equal(result.Plan.Size, r.BytesTotal));
        Assert.Equal(result.Plan.Size, applied[^1].BytesDone);
        Assert.Equal((0, 0), (reports[^1].BytesDone, reports[^1].BytesTotal));
    }

    [SkippableFact]
    public async Task Restore_makes_a_file_for_its_owner_alone()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix permissions");
        _replica.Snapshot(0);
        await RestoreAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, LocalFileSystem.Instance.GetUnixMode(Destination));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData("-journal")]
    public async Task Restore_refuses_an_existing_target(string companion)
    {
        _replica.Snapshot(0);
        Directory.CreateDirectory(_folder["out"]);
        await File.WriteAllTextAsync(Destination + companion, "mine");
        var e = await FailAsync(ErrorCode.RestoreTargetExists);
        Assert.Equal(Destination + companion, e.Target);
        Assert.Equal("mine", await File.ReadAllTextAsync(Destination + companion));
        Assert.Single(Directory.GetFiles(_folder["out"]));
    }

    [Fact]
    public async Task Restore_refuses_a_folder_as_target()
    {
        _replica.Snapshot(0);
        Directory.CreateDirectory(Destination);
        await FailAsync(ErrorCode.RestoreTargetExists);
    }

    [Fact]
    public async Task Restore_overwrites_nothing_that_appears_meanwhile()
    {
        _replica.Snapshot(0);
        var files = new FaultyFileSystem { Renaming = target => File.WriteAllText(target, "mine") };
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = files }));
        Assert.Equal(ErrorCode.RestoreTargetExists, e.Code);
        Assert.Equal("mine", await File.ReadAllTextAsync(Destination));
        Assert.Single(Directory.GetFiles(_folder["out"]));
    }

    [Theory]
    [InlineData(28, ErrorCode.DiskFull)]
    [InlineData(5, ErrorCode.RestoreTargetUnwritable)]
    public async Task Restore_names_a_write_failure_and_leaves_nothing(int error, ErrorCode code)
    {
        _replica.Snapshot(0);
        var files = new FaultyFileSystem { WriteFault = () => new IOException("no", error) };
        Assert.Equal(code, (await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(environment: new() { Files = files }))).Code);
        Assert.Empty(Directory.GetFiles(_folder["out"]));
    }

    [Fact]
    public async Task Restore_flushes_before_the_file_gets_its_name()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment();
        var files = new FaultyFileSystem();
        await RestoreAsync(environment: new() { Files = files });
        var last = files.Log[^3..].Select(l => l.Split(' ')[0] + " " + l.Split(' ')[^1].Split('.')[0]);
        Assert.Equal(["flush db", "rename db", "flush out"], last);
        Assert.Equal("flush folder out", files.Log[^1]);
    }

    [Fact]
    public async Task Restore_leaves_nothing_when_it_is_cancelled()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(2, 3, 1).Segment();
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RestoreAsync(
            progress: new Canceller(cancellation), cancellationToken: cancellation.Token));
        Assert.Empty(Directory.GetFiles(_folder["out"]));
    }

    [Fact]
    public async Task Restore_passes_on_a_failure_of_the_store()
    {
        _replica.Snapshot(0).Wal(0);
        for (var i = 0; i < 20; i++) _replica.Commit(2, 3, 1).Segment();
        var plan = await new RestorePlanner(_replica.Client).PlanAsync(new(), default);
        var failing = new FailingReplicaClient(_replica.Client) { Fails = (_, key) => key == plan.Segments[7].Key };
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RunAsync(failing, plan));
        Assert.Equal(ErrorCode.ReplicaUnavailable, e.Code);
        Assert.Empty(Directory.GetFiles(_folder["out"]));
    }

    [Fact]
    public async Task Restore_reads_an_object_whole_that_has_grown_since_it_was_listed()
    {
        _replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Commit(3, 3, 2).Segment();
        var plan = await new RestorePlanner(_replica.Client).PlanAsync(new(), default);
        await RunAsync(_replica.Client, plan with { Segments = [.. plan.Segments.Select(s => s with { Size = s.Size / 2 })] });
        Assert.Equal([2, 3, 1], Versions());
    }

    [Fact]
    public async Task Restore_names_what_SQLite_can_not_check_without_the_application()
    {
        using (var application = new SqliteConnection($"Data Source={_folder["app.db"]};Pooling=False"))
        {
            application.Open();
            application.CreateCollation("of_the_application", string.CompareOrdinal);
            using var command = application.CreateCommand();
            command.CommandText = "CREATE TABLE t(a TEXT); CREATE INDEX i ON t(a COLLATE of_the_application)";
            command.ExecuteNonQuery();
        }

        _replica.Put(ObjectKey.Snapshot(_replica.Generation, 0), await File.ReadAllBytesAsync(_folder["app.db"]));
        var plan = await new RestorePlanner(_replica.Client).PlanAsync(new(), default);
        var warning = Assert.Single((await RunAsync(_replica.Client, plan, new())).Warnings);
        Assert.Equal((RestoreWarningKind.NotFullyChecked, Destination), (warning.Kind, warning.Target));
        Assert.Contains("t (no such collation sequence: of_the_application)", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public async Task Restore_refuses_a_senseless_parallelism(int parallelism)
    {
        _replica.Snapshot(0);
        var plan = await new RestorePlanner(_replica.Client).PlanAsync(new(), default);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RunAsync(_replica.Client, plan, new() { Parallelism = parallelism }));
        Assert.Equal(ErrorCode.InvalidArgument, e.Code);
    }

    [Fact]
    public async Task Restore_refuses_a_relative_target()
    {
        _replica.Snapshot(0);
        var plan = await new RestorePlanner(_replica.Client).PlanAsync(new(), default);
        var e = await Assert.ThrowsAsync<LitestreamException>(
            () => new Restorer(new()).RestoreAsync(_replica.Client, plan, "db", new(), null, default));
        Assert.Equal(ErrorCode.InvalidArgument, e.Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public async Task Restore_keeps_the_order_whatever_the_parallelism(int parallelism)
    {
        _replica.Snapshot(0).Wal(0);
        for (byte i = 0; i < 100; i++) _replica.Commit(i, 3, 1, 2u + i % 2u).Segment();
        var plan = await new RestorePlanner(_replica.Client).PlanAsync(new(), default);
        await RunAsync(_replica.Client, plan, new() { Parallelism = parallelism, Check = IntegrityCheckMode.None });
        Assert.Equal([99, 98, 99], Versions());
    }

    public void Dispose() => _folder.Dispose();

    // the byte that every page is filled with, which tells the write it is of
    private int[] Versions()
    {
        var bytes = File.ReadAllBytes(Destination);
        return [.. Enumerable.Range(0, bytes.Length / _replica.PageSize).Select(i => (int)bytes[i * _replica.PageSize + 200])];
    }

    private async Task<RestoreResult> RestoreAsync(
        ReplicaBuilder? replica = null, RestoreRequest? request = null, EngineEnvironment? environment = null,
        IProgress<RestoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var client = (replica ?? _replica).Client;
        var plan = await new RestorePlanner(client).PlanAsync(request ?? new(), default);
        return await RunAsync(client, plan, null, environment, progress, cancellationToken);
    }

    private Task<RestoreResult> RunAsync(
        IReplicaClient client, RestorePlan plan, RestoreOptions? options = null, EngineEnvironment? environment = null,
        IProgress<RestoreProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new Restorer(environment ?? new()).RestoreAsync(
            client, plan, Destination, options ?? new() { Check = IntegrityCheckMode.None }, progress, cancellationToken);

    private async Task<LitestreamException> FailAsync(ErrorCode code)
    {
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync());
        Assert.Equal(code, e.Code);
        return e;
    }

    private sealed class Collector(List<RestoreProgress> reports) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => reports.Add(value);
    }

    private sealed class Canceller(CancellationTokenSource cancellation) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => cancellation.Cancel();
    }
}
