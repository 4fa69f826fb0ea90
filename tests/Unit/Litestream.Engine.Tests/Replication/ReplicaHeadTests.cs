using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Interop;
using Litestream.Engine.Tests.Sqlite;
using Litestream.Engine.Verification;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>The head that an orderly stop notes in the replica, and what it proves.</summary>
public sealed class ReplicaHeadTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task After_an_orderly_stop_the_end_is_proven_and_its_loss_found()
    {
        await ReplicateAsync(commits: 4);

        Assert.Equal(EndProof.Proven, await ProofAsync());
        // each by itself, and then all behind the snapshot
        var segments = (await GenerationAsync()).Segments.Reverse().ToList();
        foreach (var segment in segments)
        {
            File.Delete(Path.Combine(_database["replica"], segment.Key));
            Assert.Equal(EndProof.Lost, await ProofAsync());
        }
    }

    [Fact]
    public async Task While_a_replication_runs_only_what_is_gone_before_the_last_stop_is_found()
    {
        await ReplicateAsync(commits: 2);
        await using var replication = RunningReplication.Start(_database);
        await replication.SyncAsync();
        Assert.Equal(EndProof.NotProvable, await ProofAsync());
        _database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(EndProof.NotProvable, await ProofAsync());
        var segments = (await GenerationAsync()).Segments;
        foreach (var segment in segments.TakeLast(2)) File.Delete(Path.Combine(_database["replica"], segment.Key));
        Assert.Equal(EndProof.Lost, await ProofAsync());
    }

    [Fact]
    public async Task Each_stop_notes_it_anew_also_one_that_had_nothing_to_ship()
    {
        await ReplicateAsync(commits: 1);
        await ReplicateAsync(commits: 3);
        Assert.Equal(EndProof.Proven, await ProofAsync());
        await ReplicateAsync(commits: 0);
        Assert.Equal(EndProof.Proven, await ProofAsync());
        await using (var replication = RunningReplication.Start(_database, o => o with { NewGeneration = true }))
        {
            await replication.SyncAsync();
            await replication.StopAsync();
        }

        var generations = await RunningReplication.GenerationsAsync(_database);
        Assert.Equal(2, generations.Count);
        await using var client = RunningReplication.Folder(_database["replica"]);
        Assert.Single(await Task.WhenAll(generations.Select(g => ReplicaHead.FindEndAsync(client, g.Id, default))), e => e is not null);
    }

    /// <summary>As after a snapshot that nothing was committed behind.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Behind_a_head_at_the_beginning_of_an_index_the_last_objects_are_missed(bool isSegment)
    {
        await ReplicateAsync(commits: 3);
        var generation = await GenerationAsync();
        var last = generation.Segments[^1];
        var snapshot = ObjectKey.Snapshot(generation.Id, last.Start.Index + 1);
        File.Copy(Path.Combine(_database["replica"], generation.Snapshots[0].Key), Path.Combine(_database["replica"], snapshot));
        var head = ReplicaHead.Of(generation.Id, new(new(last.Start.Index + 1, 0)) { LastSegment = last.Start, Snapshots = [0, last.Start.Index + 1] }, DateTimeOffset.UtcNow);
        await using (var client = RunningReplication.Folder(_database["replica"])) await head.WriteAsync(client, default);
        Assert.Equal(EndProof.Proven, await ProofAsync());

        File.Delete(Path.Combine(_database["replica"], isSegment ? last.Key : snapshot));

        Assert.Equal(EndProof.Lost, await ProofAsync());
    }

    [Fact]
    public async Task The_head_names_the_last_objects_and_one_without_them_is_read_too()
    {
        await ReplicateAsync(commits: 3);
        var generation = await GenerationAsync();
        await using var client = RunningReplication.Folder(_database["replica"]);
        var end = (await ReplicaHead.FindEndAsync(client, generation.Id, default))!.Value;
        Assert.Equal((generation.Segments[^1].Start, generation.Snapshots[^1].Index), (end.LastSegment, end.Snapshots![^1]));
        Assert.Equal(end.LastSegment, Engine.Spool.ShippedEnd.Find(_database.Path, null, new())!.LastSegment);

        await new ReplicaHead(generation.Id.ToString(), end.Position.Index, end.Position.Offset, DateTimeOffset.UtcNow).WriteAsync(client, default);

        Assert.Equal(new(end.Position) { IsExact = true }, await ReplicaHead.FindEndAsync(client, generation.Id, default));
        Assert.Equal(EndProof.Proven, await ProofAsync());
    }

    /// <summary>As where the lease was not copied with the rest, or somebody has deleted it.</summary>
    [Fact]
    public async Task A_head_that_more_was_shipped_behind_proves_no_end_without_a_lease_either()
    {
        await ReplicateAsync(commits: 3);
        var generation = await GenerationAsync();
        await using (var client = RunningReplication.Folder(_database["replica"]))
            await ReplicaHead.Of(generation.Id, new(generation.Segments[^1].Start), DateTimeOffset.UtcNow).WriteAsync(client, default);

        Assert.Equal(EndProof.NotProvable, await ProofAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("no JSON")]
    public async Task What_is_no_head_proves_nothing(string content)
    {
        await ReplicateAsync(commits: 1);
        await File.WriteAllTextAsync(Path.Combine(_database["replica"], ReplicaHead.Key), content);

        Assert.Equal(EndProof.NotProvable, await ProofAsync());
    }

    [SkippableFact]
    public async Task Litestream_passes_over_it()
    {
        LitestreamOracle.SkipWhereMissing();
        await ReplicateAsync(commits: 3);
        Assert.True(File.Exists(Path.Combine(_database["replica"], ReplicaHead.Key)));
        var url = "file://" + _database["replica"];

        foreach (var command in new[] { "generations", "snapshots", "wal" })
        {
            var (exitCode, output) = await LitestreamOracle.RunAsync([command, url]);
            Assert.Equal(0, exitCode);
            Assert.DoesNotContain("head", output, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(0, (await LitestreamOracle.RunAsync(["restore", "-o", _database["theirs.db"], url])).ExitCode);
        Assert.Equal(_database.App.Image(), await File.ReadAllBytesAsync(_database["theirs.db"]));
    }

    private async Task ReplicateAsync(int commits)
    {
        await using var replication = RunningReplication.Start(_database);
        await replication.SyncAsync();
        for (var i = 0; i < commits; i++)
        {
            _database.App.Insert(3, 500);
            await replication.SyncAsync();
        }

        await replication.StopAsync();
    }

    private async Task<GenerationInfo> GenerationAsync() => Assert.Single(await RunningReplication.GenerationsAsync(_database));

    private async Task<EndProof> ProofAsync()
    {
        await using var client = RunningReplication.Folder(_database["replica"]);
        var generation = await GenerationAsync();
        var end = await ReplicaHead.FindEndAsync(client, generation.Id, default);
        return (await new ReplicaVerifier(client, new()).VerifyAsync(generation, end, 100, null, default))!.EndProof;
    }
}
