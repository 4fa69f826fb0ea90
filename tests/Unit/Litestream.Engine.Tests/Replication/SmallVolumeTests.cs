using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>A real volume of 1 MiB for the replica or the metadata folder: full, read-only, gone. Needs the right to mount.</summary>
public sealed class SmallVolumeTests : IDisposable
{
    private readonly TestDatabase _database = new();

    private readonly SmallVolume _volume;

    public SmallVolumeTests() => _volume = new(_database["volume"]);

    private string Replica => Path.Combine(_volume.Path, "replica");

    [SkippableFact]
    public async Task A_full_replica_takes_data_again_when_space_is_back()
    {
        _volume.Mount();
        await using var replication = RunningReplication.Start(_database.Path, [RunningReplication.Folder(Replica)]);
        await replication.SyncAsync();
        await FailAndRecoverAsync(replication, ErrorCode.DiskFull, _volume.Fill, _volume.Free);
    }

    [SkippableFact]
    public async Task A_full_metadata_folder_takes_data_again_when_space_is_back()
    {
        _volume.Mount();
        await using var replication = RunningReplication.Start(
            _database, o => o with { MetadataPath = Path.Combine(_volume.Path, "metadata") });
        await replication.SyncAsync();
        await FailAndRecoverAsync(replication, ErrorCode.DiskFull, _volume.Fill, _volume.Free, "replica");
    }

    [SkippableFact]
    public async Task A_replica_that_becomes_read_only_takes_data_again_when_it_is_not()
    {
        _volume.Mount();
        await using var replication = RunningReplication.Start(_database.Path, [RunningReplication.Folder(Replica)]);
        await replication.SyncAsync();
        await FailAndRecoverAsync(
            replication, ErrorCode.ReplicaUnavailable, () => _volume.Remount("ro"), () => _volume.Remount("rw"));
    }

    [SkippableFact]
    public async Task A_replica_whose_volume_goes_away_is_not_made_on_the_volume_below_not_even_after_a_restart()
    {
        _volume.Mount();
        await using (var first = RunningReplication.Start(_database.Path, [RunningReplication.Folder(Replica)]))
        {
            _database.App.Insert();
            await first.SyncAsync();
            await first.StopAsync();
        }

        _volume.Unmount();
        await using var replication = RunningReplication.Start(_database.Path, [RunningReplication.Folder(Replica)]);
        await replication.UntilAsync(() => replication.Status.Position is not null, "it goes on");
        _database.App.Insert();
        var retry = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(ErrorCode.ReplicaUnavailable, Assert.IsType<LitestreamException>(retry.Error).Code);
        Assert.Empty(Directory.GetFileSystemEntries(_volume.Path));
        Assert.True(replication.Count(ReplicationEventKind.GenerationStarted) == 0, replication.Told());
        _volume.Mount();
        await replication.SyncAsync();
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database, "volume/replica"));
    }

    public void Dispose()
    {
        _volume.Dispose();
        _database.Dispose();
    }

    private async Task FailAndRecoverAsync(
        RunningReplication replication, ErrorCode expected, Action fail, Action heal, string replica = "volume/replica")
    {
        fail();
        for (var commit = 0; commit < 5; commit++) _database.App.Insert(5, 1000);
        var retry = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(expected, Assert.IsType<LitestreamException>(retry.Error).Code);
        heal();
        await replication.SyncAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database, replica));
    }
}
