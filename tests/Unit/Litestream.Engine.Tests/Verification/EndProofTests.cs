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
        Assert.Equal(EndProof.Proven, (await VerifyAsync(database["replica"], new(end.Position))).EndProof);
        var generation = await ReadAsync(database["replica"]);
        Assert.Equal(end.Generation, generation.Id);
        File.Delete(Path.Combine(database["replica"], generation.Segments[^1].Key));
        var shorter = await VerifyAsync(database["replica"], new(end.Position));
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
        database.App.Insert(10);
        await replication.SyncAsync();
        replica.Fails = (_, _) => true;
        database.App.Insert(10);
        await replication.UntilAsync(() => replication.Status.Replicas[0].LagBytes > 0, "something waits");
        var end = ShippedEnd.Find(database.Path, null, new())!;
        Assert.Equal(EndProof.Proven, (await VerifyAsync(database["replica"], new(end.Position))).EndProof);
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
