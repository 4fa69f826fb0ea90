using Litestream.Engine.Replication;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Verification;
using Xunit;

namespace Litestream.Engine.Tests.Verification;

/// <summary>What a verification reads, and tells meanwhile.</summary>
public sealed class ReplicaVerifierTests
{
    [Fact]
    public async Task A_sample_reads_as_many_objects_as_were_asked_for()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var result = (await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, null, 25, null, default))!;
        var all = sound.Generation.Snapshots.Count + sound.Generation.Segments.Count;
        Assert.Equal((true, (int)Math.Ceiling(all / 4d)), (result.Passed, result.ObjectsRead));
        Assert.Null(result.End);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(50)]
    public async Task Progress_tells_the_bytes_inside_an_object_and_ends_with_all(int percent)
    {
        using var sound = await SoundReplica.OfOursAsync();
        await using var client = RunningReplication.Folder(sound.Path);
        var told = new List<VerificationProgress>();

        var result = (await new ReplicaVerifier(client, new()).VerifyAsync(sound.Generation, null, percent, new Teller(told.Add), default))!;

        Assert.Equal(told.OrderBy(t => t.BytesDone), told);
        Assert.Equal((result.BytesRead, result.BytesRead), (told[^1].BytesDone, told[^1].BytesTotal));
        Assert.Contains(told, t => t.ObjectsDone == 0 && t.BytesDone > 0);
    }

    [Fact]
    public async Task A_damaged_head_is_told_once_a_replica()
    {
        using var sound = await SoundReplica.OfOursAsync();
        await File.WriteAllTextAsync(Path.Combine(sound.Path, ReplicaHead.Key), "no head");
        await using var client = RunningReplication.Folder(sound.Path);
        var verifier = new ReplicaVerifier(client, new());

        var first = (await verifier.VerifyAsync(sound.Generation, null, 100, null, default))!;
        var next = (await verifier.VerifyAsync(sound.Generation, null, 100, null, default))!;

        Assert.Contains(ReplicaHead.Key, Assert.Single(first.Warnings), StringComparison.Ordinal);
        Assert.Empty(next.Warnings);
    }

    private sealed class Teller(Action<VerificationProgress> tell) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => tell(value);
    }
}
