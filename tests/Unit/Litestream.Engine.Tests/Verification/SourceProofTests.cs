using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Drills;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Litestream.Engine.Verification;
using Xunit;

namespace Litestream.Engine.Tests.Verification;

/// <summary>Neither a head nor the metadata folder is there: what the live database holds proves the end, or nothing does.</summary>
public sealed class SourceProofTests : IDisposable
{
    private readonly DrillBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_replica_that_holds_what_the_database_held_is_proven()
    {
        await ReplicateAsync();

        Assert.Equal((EndProof.Proven, true, true), await VerifyAsync(await ReadAsync()));
        Assert.Equal((EndProof.NotProvable, null, true), await VerifyAsync(null));
    }

    [Fact]
    public async Task Each_commit_is_held_against_the_database_and_none_after_that_matters()
    {
        await ReplicateAsync(commits: 2);
        var source = await ReadAsync();
        await ReplicateAsync(commits: 4);

        Assert.Equal((EndProof.Proven, true, true), await VerifyAsync(source));
    }

    [Fact]
    public async Task A_lost_end_is_not_proven()
    {
        await ReplicateAsync();
        File.Delete(_bench.FileOf((await _bench.GenerationAsync()).Segments[^1].Key));

        Assert.Equal((EndProof.NotProvable, false, true), await VerifyAsync(await ReadAsync()));
    }

    [Fact]
    public async Task What_was_not_shipped_yet_is_not_proven_and_no_loss()
    {
        await ReplicateAsync();
        _bench.App.Insert();

        Assert.Equal((EndProof.NotProvable, false, true), await VerifyAsync(await ReadAsync()));
    }

    [Fact]
    public async Task A_head_that_is_known_wins()
    {
        await ReplicateAsync();
        var generation = await _bench.GenerationAsync();

        Assert.Equal((EndProof.Lost, true, false), await VerifyAsync(await ReadAsync(), new(new(generation.Segments[^1].Start.Index + 1, 100))));
    }

    [Fact]
    public async Task Databases_that_shrink_and_grow_are_found()
    {
        await using (var replication = RunningReplication.Start(_bench.Database, o => o with { MaxSegmentsPerIndex = 3 }))
        {
            for (var i = 0; i < 4; i++)
            {
                _bench.App.Insert(rows: 60, size: 1000);
                await replication.SyncAsync();
                _bench.App.Execute("DELETE FROM item WHERE id % 3 = 0; VACUUM");
                await replication.SyncAsync();
                _bench.App.Execute("DELETE FROM item WHERE id % 2 = 0");
                await replication.SyncAsync();
                var source = await ReadAsync();
                _bench.App.Insert();
                await replication.SyncAsync();
                Assert.Equal((EndProof.Proven, true, true), await VerifyAsync(source));
            }
        }
    }

    [Fact]
    public async Task A_database_of_another_page_size_is_not_held()
    {
        await ReplicateAsync();
        using var other = new TestDatabase(8192);
        other.App.Insert(5);

        Assert.Equal((EndProof.NotProvable, false, true), await VerifyAsync(await SourceState.ReadAsync(other.Path, new(), null, default)));
    }

    [Fact]
    public async Task The_reading_leaves_the_database_as_it_was()
    {
        await ReplicateAsync();
        _bench.Database.CloseApp();
        var before = Entries();
        var file = _bench.Database.FileBytes();

        var told = (Done: 0L, Total: 0L);
        await SourceState.ReadAsync(_bench.Database.Path, new(), new Teller(t => told = t), default);

        Assert.Equal((file.Length, file.Length), told);
        Assert.Equal(file, _bench.Database.FileBytes());
        Assert.Equal(before, Entries());

        List<string> Entries() => [.. Directory.GetFileSystemEntries(Path.GetDirectoryName(_bench.Database.Path)!, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    private async Task ReplicateAsync(int commits = 5)
    {
        await _bench.ReplicateAsync(commits);
        File.Delete(_bench.FileOf(ReplicaHead.Key));
    }

    private Task<SourceState> ReadAsync() => SourceState.ReadAsync(_bench.Database.Path, new(), null, default);

    private async Task<(EndProof EndProof, bool? HoldsSource, bool Passed)> VerifyAsync(SourceState? source, KnownEnd? end = null)
    {
        await using var client = RunningReplication.Folder(_bench.ReplicaPath);
        var result = (await new ReplicaVerifier(client, new()) { Source = source }.VerifyAsync(await _bench.GenerationAsync(), end, 100, null, default))!;
        return (result.EndProof, result.HoldsSource, result.Passed);
    }

    private sealed class Teller(Action<(long, long)> tell) : IProgress<(long Done, long Total)>
    {
        public void Report((long Done, long Total) value) => tell(value);
    }
}
