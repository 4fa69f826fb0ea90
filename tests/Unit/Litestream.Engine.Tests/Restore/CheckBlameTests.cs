using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>What is named where a restored database does not pass SQLite's check; the damage table has the real replicas of 0.3.13.</summary>
public sealed class CheckBlameTests : IDisposable
{
    private static readonly GenerationId s_generation = GenerationId.Parse("0123456789abcdef");

    private readonly TempFolder _folder = new();
    private readonly List<RestorePlan> _tried = [];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(99)]
    public async Task The_first_index_that_does_not_belong_there_is_found_by_halves(int broken)
    {
        var e = await FindAsync(PlanOf(0, 100), p => p.Segments.Count <= broken);

        Assert.Equal((ErrorCode.IntegrityCheckFailed, Key(broken)), (e.Code, e.Target));
        Assert.StartsWith($"The check fails. With index {broken}, from the object '{Key(broken)}' on, ", e.Message, StringComparison.Ordinal);
        Assert.Contains($"The last good restore point is index {Math.Max(0, broken - 1)}, offset {broken} (", e.Hint, StringComparison.Ordinal);
        Assert.InRange(_tried.Count, 1, 8);
    }

    [Fact]
    public async Task A_snapshot_is_to_blame_where_the_one_before_it_leads_to_the_same_point()
    {
        var older = PlanOf(0, 9);

        var e = await FindAsync(PlanOf(5, 9) with { Alternatives = [PlanOf(7, 9), older] }, p => p == older);

        Assert.Equal(ObjectKey.Snapshot(s_generation, 5), e.Target);
        Assert.Contains("from the snapshot of index 0: a restore that may be partial goes there.", e.Hint, StringComparison.Ordinal);
        Assert.Same(older, Assert.Single(_tried));
    }

    [Fact]
    public async Task Where_the_snapshot_alone_is_damaged_the_chain_of_an_older_one_tells_what_began_it()
    {
        var e = await FindAsync(PlanOf(5, 9) with { Alternatives = [PlanOf(0, 9)] }, p => p.Snapshot.Index == 0 && p.Segments.Count <= 3);

        Assert.Equal(Key(3), e.Target);
        Assert.Contains("index 2, offset 3 (", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_sound_the_error_stays_that_of_the_snapshot()
    {
        var e = await FindAsync(PlanOf(5, 9) with { Alternatives = [PlanOf(0, 9)] }, _ => false);

        Assert.Equal((ObjectKey.Snapshot(s_generation, 5), "The check fails."), (e.Target, e.Message));
    }

    [Fact]
    public async Task A_search_that_takes_too_long_names_what_it_knows()
    {
        var e = await FindAsync(PlanOf(0, 100), p => p.Segments.Count <= 60, tries: 3);

        Assert.Equal((3, Key(50)), (_tried.Count, e.Target));
        Assert.Contains("With one of the indexes 50 to 74, ", e.Message, StringComparison.Ordinal);
        Assert.Contains("index 49, offset 50 (", e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_fails_meanwhile_takes_nothing_from_the_first_failure(bool isFile)
    {
        var e = await FindAsync(PlanOf(0, 9), _ => throw (isFile ? new IOException("full") : new LitestreamException(ErrorCode.ReplicaUnavailable, "Away.", "x", "Wait.")));

        Assert.Equal((ErrorCode.IntegrityCheckFailed, "The check fails."), (e.Code, e.Message));
    }

    [Fact]
    public async Task A_cancelled_search_is_cancelled_and_leaves_nothing()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var folder = RunningReplication.Folder(sound.Path);
        // that of an older state in the place of the newest
        File.Copy(Path.Combine(sound.Path, sound.Generation.Snapshots[0].Key), Path.Combine(sound.Path, sound.Generation.Snapshots[^1].Key), overwrite: true);
        var plan = await new RestorePlanner(folder).PlanAsync(new(), default);
        using var stop = new CancellationTokenSource();
        var gets = 0;
        var client = new FailingReplicaClient(folder)
        {
            Fails = (operation, key) =>
            {
                if (operation == "get" && key == plan.Alternatives[0].Snapshot.Key && Interlocked.Increment(ref gets) == 1) stop.Cancel();
                return false;
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Restorer(new()).RestoreAsync(client, plan, _folder["db"], new(), null, stop.Token));

        Assert.Equal(1, gets);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private static string Key(int index) => ObjectKey.Segment(s_generation, new(index, 0));

    // one segment an index
    private static RestorePlan PlanOf(int snapshot, int end) => new("replica", new(s_generation, snapshot, 1, ReplicaBuilder.At(snapshot)),
        [.. Enumerable.Range(snapshot, end - snapshot + 1).Select(i => new WalSegmentInfo(s_generation, new(i, 0), 1, ReplicaBuilder.At(i)))]);

    private Task<LitestreamException> FindAsync(RestorePlan plan, Func<RestorePlan, bool> isSound, int tries = int.MaxValue)
    {
        var error = new LitestreamException(ErrorCode.IntegrityCheckFailed, "The check fails.", plan.Snapshot.Key, "See.");
        return new CheckBlame(TryAsync, () => _tried.Count < tries).FindAsync(plan, error);

        Task<RestoreResult> TryAsync(RestorePlan tried)
        {
            _tried.Add(tried);
            if (!isSound(tried)) throw error;
            var reached = new Position(tried.Segments.Count == 0 ? tried.Snapshot.Index : tried.Segments[^1].Start.Index, tried.Segments.Count);
            return Task.FromResult(new RestoreResult("db", tried, reached, 0, 512, 1, default) { RestoredTo = tried.RestoresTo });
        }
    }
}
