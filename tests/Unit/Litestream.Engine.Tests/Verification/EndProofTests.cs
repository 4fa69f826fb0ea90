using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Litestream.Engine.Verification;
using Xunit;
using static Litestream.Engine.Tests.Verification.Verifying;

namespace Litestream.Engine.Tests.Verification;

/// <summary>What is known of the end of a generation is held against what is there.</summary>
public sealed class EndProofTests
{
    [Fact]
    public async Task The_end_is_proven_by_the_metadata_folder()
    {
        using var database = new TestDatabase();
        database.App.Insert(10);
        await using (var replication = RunningReplication.Start(database))
        {
            for (var i = 0; i < 3; i++)
            {
                database.App.Insert(10);
                await replication.SyncAsync();
            }

            await replication.StopAsync();
        }

        var end = ShippedEnd.Find(database.Path, null, new())!;
        Assert.Equal(EndProof.Proven, (await VerifyAsync(database["replica"], new(end.Position!.Value))).EndProof);
        var generation = await ReadAsync(database["replica"]);
        Assert.Equal(end.Generation, generation.Id);
        File.Delete(Path.Combine(database["replica"], generation.Segments[^1].Key));
        var shorter = await VerifyAsync(database["replica"], new(end.Position!.Value));
        Assert.Equal((EndProof.Lost, false, 0), (shorter.EndProof, shorter.Passed, shorter.Damages.Count));
        var unknown = await VerifyAsync(database["replica"], null);
        Assert.Equal((EndProof.NotProvable, true), (unknown.EndProof, unknown.Passed));
    }

    [Fact]
    public async Task What_still_waits_in_the_metadata_folder_is_not_missed()
    {
        using var database = new TestDatabase();
        var replica = new FailingReplicaClient(RunningReplication.Folder(database["replica"]));
        await using var replication = RunningReplication.Start(database.Path, [replica], o => o with { ShutdownTimeout = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 3; i++)
        {
            database.App.Insert(10);
            await replication.SyncAsync();
        }

        replica.Fails = (_, _) => true;
        database.App.Insert(10);
        await replication.UntilAsync(() => replication.Status.Replicas[0].LagBytes > 0, "something waits");
        var end = ShippedEnd.Find(database.Path, null, new())!;
        Assert.Equal(EndProof.Proven, (await VerifyAsync(database["replica"], new(end.Position!.Value))).EndProof);
    }

    /// <summary>The segment that all replicas hold stays in the metadata folder until the next one: of the first one nothing tells whether it is that.</summary>
    [Fact]
    public async Task A_first_segment_that_may_still_wait_is_not_missed()
    {
        using var database = new TestDatabase();
        var replica = new FailingReplicaClient(RunningReplication.Folder(database["replica"])) { Fails = (operation, key) => operation == "put" && key.Contains("/wal/", StringComparison.Ordinal) };
        await using var replication = RunningReplication.Start(
            database.Path, [replica], o => o with { ShutdownTimeout = TimeSpan.FromSeconds(1), CheckpointQuietInterval = TimeSpan.FromMilliseconds(50) });
        await replication.SyncAsync();
        database.App.Insert(10);
        await replication.UntilAsync(() => RestingState.IsWrittenFor(database), "the segment waits and the reader rests");

        var shipped = ShippedEnd.Find(database.Path, null, new())!;

        Assert.Null(shipped.For(replica.Url));
        Assert.Null(await KnownEnd.FindAsync(replica, shipped.Generation, shipped, default));
    }

    [Fact]
    public async Task A_replica_that_nothing_was_shipped_to_is_not_judged_by_the_metadata_folder()
    {
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database);
        for (var i = 0; i < 3; i++)
        {
            await replication.SyncAsync();
            database.App.Insert(10);
        }

        var shipped = ShippedEnd.Find(database.Path, null, new())!;

        await using var replica = RunningReplication.Folder(database["replica"]);
        Assert.Same(shipped, shipped.For(replica.Url));
        await using var other = RunningReplication.Folder(database["other"]);
        Assert.Null(shipped.For(other.Url));
    }

    /// <summary>What waits for another replica, the one that is asked about may have had, and lost again.</summary>
    [Fact]
    public async Task While_another_replica_is_behind_the_metadata_folder_proves_no_end()
    {
        using var database = new TestDatabase();
        await using var ahead = RunningReplication.Folder(database["replica"]);
        var behind = new FailingReplicaClient(RunningReplication.Folder(database["other"]));
        await using var replication = RunningReplication.Start(database.Path, [ahead, behind], o => o with { ShutdownTimeout = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 3; i++)
        {
            database.App.Insert(10);
            await replication.SyncAsync();
        }

        behind.Fails = (_, _) => true;
        var held = (await ReadAsync(database["replica"])).Segments.Count;
        for (var i = 1; i <= 2; i++)
        {
            database.App.Insert(10);
            await replication.UntilAsync(
                () => Directory.GetFiles(database["replica"], "*.wal.lz4", SearchOption.AllDirectories).Length == held + i, "one replica has it, for the other it waits");
        }

        Assert.Equal(EndProof.NotProvable, await ProveAsync(database, ahead));
        File.Delete(Path.Combine(database["replica"], (await ReadAsync(database["replica"])).Segments[^1].Key));
        Assert.NotEqual(EndProof.Proven, await ProveAsync(database, ahead));
    }

    /// <summary>As after the death of a replication that went on from an orderly stop while another replica was away.</summary>
    [Fact]
    public async Task A_head_that_is_further_than_the_metadata_folder_proves_no_end_while_the_replica_is_written_to()
    {
        using var database = new TestDatabase();
        await using var client = RunningReplication.Folder(database["replica"]);
        await using var replication = RunningReplication.Start(database);
        for (var i = 0; i < 3; i++)
        {
            database.App.Insert(10);
            await replication.SyncAsync();
        }

        var shipped = ShippedEnd.Find(database.Path, null, new())!;
        database.App.Insert(10);
        await replication.SyncAsync();
        var further = ShippedEnd.Find(database.Path, null, new())!;
        await ReplicaHead.Of(further.Generation, new(further.Position!.Value), DateTimeOffset.UtcNow).WriteAsync(client, default);

        var end = (await KnownEnd.FindAsync(client, shipped.Generation, shipped, default))!.Value;

        Assert.Equal((further.Position.Value, false), (end.Position, end.IsLast));
    }

    [Theory]
    [InlineData(0, 0, EndProof.Proven)]
    [InlineData(0, 1, EndProof.NotProvable)]
    [InlineData(2, 0, EndProof.Lost)]
    public async Task Of_a_sample_the_names_tell_whether_the_end_is_there(int indexesOn, int bytesOn, EndProof expected)
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var last = sound.Generation.Segments[^1].Start;
        var end = indexesOn > 0 ? new Position(last.Index + indexesOn, bytesOn) : last with { Offset = last.Offset + bytesOn };

        Assert.Equal(expected, (await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, new KnownEnd(end), 25, null, default))!.EndProof);
    }

    private static async Task<EndProof> ProveAsync(TestDatabase database, IReplicaClient replica)
    {
        var shipped = ShippedEnd.Find(database.Path, null, new())!;
        return (await VerifyAsync(database["replica"], await KnownEnd.FindAsync(replica, shipped.Generation, shipped.For(replica.Url), default))).EndProof;
    }
}
