using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>Retention takes away what a plan was about to be made of, between the listing of snapshots and that of the WAL.</summary>
public sealed class TornListingTests
{
    [Fact]
    public async Task A_plan_is_made_of_what_is_left()
    {
        using var sound = await SoundReplica.OfOursAsync();
        var newest = sound.Generation.Snapshots[^1];
        var listings = 0;
        await using var client = new HookedReplicaClient(RunningReplication.Folder(sound.Path))
        {
            Lists = (prefix, found) =>
            {
                if (!prefix.Contains("snapshots", StringComparison.Ordinal) || ++listings > 1) return Task.FromResult(found);
                // listed just before the newer snapshot came and the older one went
                IReadOnlyList<ReplicaObject> before = [.. found.Where(o => o.Key != newest.Key)];
                foreach (var old in before) File.Delete(Path.Combine(sound.Path, old.Key));
                foreach (var segment in sound.Generation.Segments.Where(s => s.Start.Index < newest.Index)) File.Delete(Path.Combine(sound.Path, segment.Key));
                return Task.FromResult(before);
            },
        };

        var plan = await new RestorePlanner(client).PlanAsync(new(), default);

        Assert.Equal(newest, plan.Snapshot);
        Assert.Equal(2, listings);
    }

    [Fact]
    public async Task What_is_really_missing_is_still_missing()
    {
        using var sound = await SoundReplica.OfOursAsync();
        var lost = sound.Generation.Segments.First(s => s.Start.Index == sound.Generation.Snapshots[^1].Index + 1).Key;
        File.Delete(Path.Combine(sound.Path, lost));
        await using var client = RunningReplication.Folder(sound.Path);

        var e = await Assert.ThrowsAsync<LitestreamException>(() => new RestorePlanner(client).PlanAsync(new(), default));

        Assert.Equal((ErrorCode.ObjectMissing, lost), (e.Code, e.Target));
    }
}
