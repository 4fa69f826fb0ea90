using Litestream.Engine.Format;
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
}
