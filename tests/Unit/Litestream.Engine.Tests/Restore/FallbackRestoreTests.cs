using Litestream.Engine.Drills;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.DamageTable;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>A restore whose snapshot is damaged goes on from an older one, where that loses nothing.</summary>
public sealed class FallbackRestoreTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private SoundReplica _sound = null!;

    private SnapshotInfo Newest => _sound.Generation.Snapshots[^1];

    public async Task InitializeAsync() => _sound = await SoundReplica.OfOursAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _sound.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_latest_state_is_restored_and_the_damaged_object_named()
    {
        Damage(Newest.Key);

        var result = await RestoreAsync(new());

        Assert.Equal(_sound.Latest, await File.ReadAllBytesAsync(_folder["db"]));
        var warning = Assert.Single(result.Warnings);
        Assert.Equal((RestoreWarningKind.SnapshotSkipped, Newest.Key), (warning.Kind, warning.Target));
        Assert.Contains(Newest.Key, warning.Message, StringComparison.Ordinal);
        Assert.Null(result.Loss);
    }

    [Fact]
    public async Task A_given_point_is_reached_exactly()
    {
        Damage(Newest.Key);
        var end = _sound.Segments.First(s => s.End.Index == Newest.Index).End;

        var result = await RestoreAsync(new() { Index = end.Index, Offset = end.Offset });

        Assert.Equal(end, result.Reached);
        Assert.Equal(await _sound.StateAtAsync(end), await File.ReadAllBytesAsync(_folder["db"]));
    }

    [Fact]
    public async Task Nothing_is_restored_where_the_end_of_the_index_before_is_gone()
    {
        Damage(Newest.Key);
        Delete(_sound.Generation.Segments.Last(s => s.Start.Index == Newest.Index - 1).Key);

        await FailsAsync();
    }

    [Fact]
    public async Task Nothing_is_restored_where_no_WAL_behind_the_damaged_snapshot_proves_that_the_one_before_is_whole()
    {
        Damage(Newest.Key);
        foreach (var segment in _sound.Generation.Segments.Where(s => s.Start.Index >= Newest.Index)) Delete(segment.Key);

        await FailsAsync();
    }

    /// <summary>The segment that follows on the index before is too late to be restored, and proves all the same that the index is whole.</summary>
    [Fact]
    public async Task A_time_right_after_the_damaged_snapshot_is_reached_from_the_older_one()
    {
        Damage(Newest.Key);

        var result = await RestoreAsync(new() { Timestamp = Newest.CreatedAt });

        Assert.Equal(_sound.Ends.Last(e => e.Index < Newest.Index), result.Reached);
        Assert.Equal(await _sound.StateAtAsync(new(Newest.Index, 0)), await File.ReadAllBytesAsync(_folder["db"]));
        Assert.Equal((RestoreWarningKind.SnapshotSkipped, Newest.Key), (Assert.Single(result.Warnings).Kind, result.Warnings[0].Target));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_time_right_after_it_is_not_reached_where_what_follows_does_not_prove_that_all_before_is_there(bool isEmpty)
    {
        Damage(Newest.Key);
        var (last, next) = (_sound.Generation.Segments.Last(s => s.Start.Index < Newest.Index), _sound.Generation.Segments.First(s => s.Start.Index == Newest.Index));
        if (isEmpty) await EmptyAsync(next.Key);
        else Delete(last.Key);

        await FailsAsync(new() { Timestamp = Newest.CreatedAt });
    }

    /// <summary>As a clock that went back leaves them: the rest of the index before would be missing.</summary>
    [Fact]
    public async Task A_time_before_the_end_of_the_index_before_is_not_reached_from_the_older_one()
    {
        Damage(Newest.Key);
        var last = _sound.Generation.Segments.Last(s => s.Start.Index < Newest.Index);
        File.SetLastWriteTimeUtc(Path.Combine(_sound.Path, last.Key), Newest.CreatedAt.AddHours(1).UtcDateTime);

        await FailsAsync(new() { Timestamp = Newest.CreatedAt });
    }

    [Fact]
    public async Task Nothing_is_restored_where_the_older_snapshot_is_damaged_too()
    {
        Damage(Newest.Key);
        Damage(_sound.Generation.Snapshots[0].Key);

        await FailsAsync();
    }

    /// <summary>The WAL of Litestream tells nothing of the end of an index.</summary>
    [Fact]
    public async Task Nothing_is_restored_where_indexes_are_not_tied_to_one_another()
    {
        var replica = new ReplicaBuilder();
        replica.Snapshot(0).Wal(0).Commit(2, 3, 1).Segment()
            .Put(ObjectKey.Snapshot(replica.Generation, 1), [1, 2, 3])
            .Wal(1).Commit(4, 3, 3).Segment();

        var e = await Assert.ThrowsAsync<LitestreamException>(async () => await new Restorer(new()).RestoreAsync(
            replica.Client, await new RestorePlanner(replica.Client).PlanAsync(new(), default), _folder["db"], new() { Check = IntegrityCheckMode.None }, null, default));

        Assert.Equal((ErrorCode.ObjectCorrupt, ObjectKey.Snapshot(replica.Generation, 1)), (e.Code, e.Target));
    }

    /// <summary>The older snapshot may be gone tomorrow.</summary>
    [Fact]
    public async Task A_drill_fails_all_the_same()
    {
        Damage(Newest.Key);
        await using var client = RunningReplication.Folder(_sound.Path);

        using var run = await new Drill(new()).RunAsync(client, new() { WorkingFolder = _folder["work"] }, null, default);

        Assert.Equal((DrillVerdict.Failed, Newest.Key), (run.Result.Verdict, run.Result.FirstBadObject));
        Assert.Equal(_sound.Segments[^1].End, run.Result.LastGood!.Position);
    }

    private async Task FailsAsync(RestoreRequest? request = null)
    {
        var e = await Assert.ThrowsAsync<LitestreamException>(() => RestoreAsync(request ?? new()));
        Assert.Equal((ErrorCode.ObjectCorrupt, Newest.Key), (e.Code, e.Target));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private async Task<RestoreResult> RestoreAsync(RestoreRequest request)
    {
        await using var client = RunningReplication.Folder(_sound.Path);
        return await new Restorer(new()).RestoreAsync(client, await new RestorePlanner(client).PlanAsync(request, default), _folder["db"], new(), null, default);
    }

    // a sound object that holds nothing
    private async Task EmptyAsync(string key)
    {
        var (file, replica) = (Path.Combine(_sound.Path, key), new ReplicaBuilder());
        var time = File.GetLastWriteTimeUtc(file);
        await File.WriteAllBytesAsync(file, replica.Put(key, []).Client.Objects[key].Content);
        File.SetLastWriteTimeUtc(file, time);
    }

    // a bit that the checksum of its content tells of only at the end, behind all pages
    private void Damage(string key)
    {
        var file = Path.Combine(_sound.Path, key);
        var (bytes, time) = (File.ReadAllBytes(file), File.GetLastWriteTimeUtc(file));
        bytes[^2] ^= 1;
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, time);
    }

    private void Delete(string key) => File.Delete(Path.Combine(_sound.Path, key));
}
